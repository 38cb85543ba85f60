package dev.runnel.client;

import com.google.protobuf.UnsafeByteOperations;
import dev.runnel.client.StreamCall.Signal;
import dev.runnel.v1.DownloadContentRequest;
import dev.runnel.v1.DownloadContentResponse;
import dev.runnel.v1.FileServiceGrpc;
import dev.runnel.v1.UploadContentRequest;
import io.grpc.Channel;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Content on its way to or from a daemon, named by its digest.
final class ContentTransfer {
    /// Well below the message limit, and big enough that the messages' own cost does not count.
    private static final int CHUNK = 256 * 1024;

    private final Channel channel;
    private final Target target;

    ContentTransfer(Channel channel, Target target) {
        this.channel = channel;
        this.target = target;
    }

    /// What is uploaded; opened twice: for its digest, which the daemon is told first, and for its bytes.
    private interface Origin {
        InputStream open() throws IOException;
    }

    String upload(Path file) throws IOException, InterruptedException {
        return upload(file.toString(), Files.size(file), () -> Files.newInputStream(file));
    }

    String upload(byte[] bytes) throws IOException, InterruptedException {
        return upload(bytes.length + " bytes", bytes.length, () -> new ByteArrayInputStream(bytes));
    }

    private String upload(String name, long size, Origin origin) throws IOException, InterruptedException {
        var announced = digestOf(origin);
        try (var in = origin.open();
                var call = new UploadCall(channel)) {
            call.send(UploadContentRequest.newBuilder()
                    .setAnnouncement(UploadContentRequest.Announcement.newBuilder()
                            .setDigest(announced)
                            .setSizeBytes(size))
                    .build());
            for (var chunk = in.readNBytes(CHUNK); chunk.length > 0; chunk = in.readNBytes(CHUNK)) {
                call.send(UploadContentRequest.newBuilder()
                        .setData(UnsafeByteOperations.unsafeWrap(chunk))
                        .build());
            }
            var stored = call.finish().getDigest();
            if (!stored.equals(announced)) {
                throw new RunnelException(
                        Status.Code.DATA_LOSS, "%s: stored as %s, but is %s".formatted(name, stored, announced), null);
            }
            return stored;
        }
    }

    void download(String digest, OutputStream out) throws IOException, InterruptedException {
        var request = DownloadContentRequest.newBuilder().setDigest(digest).build();
        var sha256 = sha256();
        var offset = 0L;
        var call = StreamCall.<DownloadContentRequest, DownloadContentResponse, DownloadContentResponse>start(
                channel, FileServiceGrpc.getDownloadContentMethod(), request, part -> part);
        try {
            while (true) {
                switch (call.take()) {
                    case Signal.Message<DownloadContentResponse>(var part) -> {
                        if (part.getOffset() != offset) {
                            throw damaged(
                                    digest, "a part begins at %d instead of %d".formatted(part.getOffset(), offset));
                        }
                        offset += part.getData().size();
                        sha256.update(part.getData().asReadOnlyByteBuffer());
                        part.getData().writeTo(out);
                    }
                    case Signal.Closed<DownloadContentResponse>(var status, var trailers) -> {
                        if (!status.isOk()) {
                            throw new RunnelException(Refusal.of(status, trailers), status.getCause());
                        }
                        if (!named(sha256).equals(digest)) {
                            throw damaged(digest, "its bytes have another digest");
                        }
                        return;
                    }
                }
            }
        } finally {
            call.cancel("the download is over");
        }
    }

    private IOException damaged(String digest, String how) {
        return new IOException("content %s came damaged from %s: %s".formatted(digest, target, how));
    }

    /// The name content has in the contract: "sha256:" and 64 hexadecimal digits.
    private static String digestOf(Origin origin) throws IOException {
        var sha256 = sha256();
        try (var in = origin.open()) {
            for (var chunk = in.readNBytes(CHUNK); chunk.length > 0; chunk = in.readNBytes(CHUNK)) {
                sha256.update(chunk);
            }
        }
        return named(sha256);
    }

    private static String named(MessageDigest sha256) {
        return "sha256:" + HexFormat.of().formatHex(sha256.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
