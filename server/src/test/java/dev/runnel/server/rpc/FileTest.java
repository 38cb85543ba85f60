package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.runnel.server.content.Digest;
import dev.runnel.v1.DownloadContentRequest;
import dev.runnel.v1.DownloadContentResponse;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.ExecutionSpec;
import dev.runnel.v1.Program;
import dev.runnel.v1.StandardInput;
import dev.runnel.v1.UploadContentRequest;
import dev.runnel.v1.UploadContentRequest.Announcement;
import dev.runnel.v1.UploadContentResponse;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FileTest {
    private DataFixture daemon;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        daemon = new DataFixture(directory);
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    @Test
    void whatWasUploadedInPartsIsDownloaded() throws Exception {
        var bytes = new byte[700_000];
        new Random(1).nextBytes(bytes);

        var stored = upload(
                data(ByteString.copyFrom(bytes, 0, 300_000)), data(ByteString.copyFrom(bytes, 300_000, 400_000)));

        assertThat(stored.getDigest()).isEqualTo(Digest.of(bytes).text());
        assertThat(stored.getSizeBytes()).isEqualTo(bytes.length);
        assertThat(stored.getExpireTime())
                .isEqualTo(ToProto.timestamp(daemon.clock.instant().plus(DataFixture.CONTENT_EXPIRY)));
        assertThat(download(request(stored.getDigest())).toByteArray()).isEqualTo(bytes);
    }

    @Test
    void anUploadWithoutAnyPartIsEmptyContent() throws Exception {
        var stored = upload();

        var responses = responses(request(stored.getDigest()));
        assertThat(responses).singleElement().satisfies(only -> {
            assertThat(only.getSizeBytes()).isZero();
            assertThat(only.getData().isEmpty()).isTrue();
        });
    }

    @Test
    void aRangeIsARange() throws Exception {
        var digest = upload(data(ByteString.copyFromUtf8("0123456789"))).getDigest();

        assertThat(download(request(digest).setOffset(3).setLength(4)).toStringUtf8())
                .isEqualTo("3456");
        assertThat(download(request(digest).setOffset(8).setLength(100)).toStringUtf8())
                .isEqualTo("89");
        assertThat(responses(request(digest).setOffset(10))).singleElement().satisfies(only -> {
            assertThat(only.getOffset()).isEqualTo(10);
            assertThat(only.getSizeBytes()).isEqualTo(10);
        });
        var rejection = Rejection.of(() -> download(request(digest).setOffset(11)));
        assertThat(rejection.code()).isEqualTo(Code.OUT_OF_RANGE);
        assertThat(rejection.reason()).isEqualTo("CONTENT_RANGE");
        assertThat(rejection.info().getMetadataMap()).containsEntry("size_bytes", "10");
    }

    @Test
    void contentThatIsNotThereIsNotFound() {
        var rejection =
                Rejection.of(() -> download(request(Digest.of(new byte[1]).text())));

        assertThat(rejection.code()).isEqualTo(Code.NOT_FOUND);
        assertThat(rejection.reason()).isEqualTo("CONTENT_NOT_FOUND");
    }

    @Test
    void bytesThatAreNotWhatWasAnnouncedAreRefused() {
        var wrong = announcement(Digest.of(new byte[1]).text());

        var rejection = rejection(wrong, data(ByteString.copyFromUtf8("x")));

        assertThat(rejection.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(rejection.reason()).isEqualTo("DIGEST_MISMATCH");
        assertThat(rejection.fields()).containsExactly("announcement.digest");
    }

    @Test
    void anAnnouncementThatIsNotFirstIsRefused() {
        var late = announcement("");

        var rejection = rejection(data(ByteString.copyFromUtf8("x")), late);

        assertThat(rejection.reason()).isEqualTo("FIELD_INVALID");
        assertThat(rejection.fields()).containsExactly("announcement");
    }

    @Test
    void aMalformedAnnouncementIsRefused() {
        var rejection = rejection(announcement("sha256:nonsense"));

        assertThat(rejection.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(rejection.fields()).containsExactly("announcement.digest");
    }

    @Test
    void aTenantsFullStoreRefusesMore() {
        var part = data(ByteString.copyFrom(new byte[900_000]));

        var rejection = rejection(part, part, part, part, part);

        assertThat(rejection.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(rejection.reason()).isEqualTo("TENANT_QUOTA_EXCEEDED");
    }

    @Test
    void anUploadThatIsCutOffLeavesNothingBehind() throws Exception {
        var full = ByteString.copyFrom(new byte[1_000_000]);
        for (var i = 0; i < 8; i++) {
            var cut = new Answer();
            var parts = daemon.asyncFiles().uploadContent(cut);
            parts.onNext(data(full));
            parts.onError(new IllegalStateException("the client gives up"));
            assertThat(catchStatus(cut)).isEqualTo(Code.CANCELLED);
        }

        awaitRoom(full);
    }

    /// The daemon hears of a cut a moment after the client.
    private void awaitRoom(ByteString part) throws Exception {
        while (true) {
            try {
                assertThat(upload(data(part), data(part), data(part), data(part))
                                .getSizeBytes())
                        .isEqualTo(4_000_000);
                return;
            } catch (StatusRuntimeException e) {
                assertThat(e.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
            }
        }
    }

    @Test
    void codeAndStandardInputAreTakenByDigest() throws Exception {
        var code = upload(data(ByteString.copyFromUtf8("cat"))).getDigest();
        var input = upload(data(ByteString.copyFromUtf8("hello"))).getDigest();

        var events = daemon.run(ExecuteRequest.newBuilder()
                .setSpec(ExecutionSpec.newBuilder()
                        .setProgram(Program.newBuilder().setLanguage("python").setCodeDigest(code))
                        .setStandardInput(StandardInput.newBuilder().setDigest(input))));

        assertThat(DataFixture.stdout(events)).isEqualTo("hello");
    }

    @Test
    void artifactsAreKeptAfterTheEndAndDownloaded() throws Exception {
        var events = daemon.run(ExecuteRequest.newBuilder()
                .setSpec(ExecutionSpec.newBuilder()
                        .setProgram(Program.newBuilder()
                                .setLanguage("python")
                                .setCode("write out/a.txt kept\nwrite b.txt no\nfill out/big.txt 2MiB\nexit 3"))
                        .addArtifacts("out/*.txt")));

        var kept = events.stream().filter(ExecutionEvent::hasArtifact).toList();
        assertThat(kept).singleElement().satisfies(event -> {
            assertThat(event.getArtifact().getPath()).isEqualTo("out/a.txt");
            assertThat(download(request(event.getArtifact().getDigest())).toStringUtf8())
                    .startsWith("kept");
        });
        assertThat(events.stream().filter(ExecutionEvent::hasArtifactSkipped))
                .singleElement()
                .satisfies(event ->
                        assertThat(event.getArtifactSkipped().getPath()).isEqualTo("out/big.txt"));
        assertThat(events.getLast().getFinished().getOutcome().getExitCode()).isEqualTo(3);
    }

    private static UploadContentRequest data(ByteString data) {
        return UploadContentRequest.newBuilder().setData(data).build();
    }

    private static UploadContentRequest announcement(String digest) {
        return UploadContentRequest.newBuilder()
                .setAnnouncement(Announcement.newBuilder().setDigest(digest))
                .build();
    }

    private static DownloadContentRequest.Builder request(String digest) {
        return DownloadContentRequest.newBuilder().setDigest(digest);
    }

    private UploadContentResponse upload(UploadContentRequest... parts) throws Exception {
        var answer = new Answer();
        var stream = daemon.asyncFiles().uploadContent(answer);
        for (var part : parts) {
            stream.onNext(part);
        }
        stream.onCompleted();
        try {
            return answer.response.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StatusRuntimeException status) {
                throw status;
            }
            throw e;
        }
    }

    private Rejection rejection(UploadContentRequest... parts) {
        return Rejection.of(() -> upload(parts));
    }

    private static Code catchStatus(Answer answer) throws Exception {
        try {
            return answer.response.get(30, TimeUnit.SECONDS).getDigest().isEmpty() ? Code.UNKNOWN : Code.OK;
        } catch (ExecutionException e) {
            return io.grpc.Status.fromThrowable(e).getCode();
        }
    }

    private List<DownloadContentResponse> responses(DownloadContentRequest.Builder request) {
        var responses = new ArrayList<DownloadContentResponse>();
        daemon.files().downloadContent(request.build()).forEachRemaining(responses::add);
        return responses;
    }

    private ByteString download(DownloadContentRequest.Builder request) {
        var offset = request.getOffset();
        var bytes = ByteString.empty();
        for (var response : responses(request)) {
            assertThat(response.getOffset()).isEqualTo(offset + bytes.size());
            bytes = bytes.concat(response.getData());
        }
        return bytes;
    }

    private static final class Answer implements StreamObserver<UploadContentResponse> {
        final CompletableFuture<UploadContentResponse> response = new CompletableFuture<>();

        @Override
        public void onNext(UploadContentResponse value) {
            response.complete(value);
        }

        @Override
        public void onError(Throwable failure) {
            response.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {}
    }
}
