package dev.runnel.server.rpc;

import com.google.protobuf.UnsafeByteOperations;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.content.ContentStore;
import dev.runnel.server.content.Digest;
import dev.runnel.server.content.HeldContent;
import dev.runnel.server.content.Upload;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.v1.DownloadContentRequest;
import dev.runnel.v1.DownloadContentResponse;
import dev.runnel.v1.FileServiceGrpc;
import dev.runnel.v1.UploadContentRequest;
import dev.runnel.v1.UploadContentResponse;
import io.grpc.stub.StreamObserver;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.OptionalLong;

/// FileService: content by digest.
public final class FileRpc extends FileServiceGrpc.FileServiceImplBase {
    /// Bytes in one message of a download.
    private static final int CHUNK = 262_144;

    private final Calls calls;
    private final ContentStore contents;

    /// Serves this content.
    public FileRpc(Calls calls, ContentStore contents) {
        this.calls = calls;
        this.contents = contents;
    }

    @Override
    public StreamObserver<UploadContentRequest> uploadContent(StreamObserver<UploadContentResponse> observer) {
        var tenant = Caller.tenant();
        return calls.receive("UploadContent", observer, parts -> {
            try {
                return upload(tenant, parts);
            } catch (IOException e) {
                throw new UncheckedIOException("content can't be stored", e);
            }
        });
    }

    @Override
    public void downloadContent(DownloadContentRequest request, StreamObserver<DownloadContentResponse> observer) {
        var tenant = Caller.tenant();
        calls.stream(request, observer, reply -> {
            try (var content = contents.hold(tenant, new Digest(request.getDigest()))) {
                download(request, content, reply);
            } catch (IOException e) {
                throw new UncheckedIOException("content can't be read", e);
            }
        });
    }

    private UploadContentResponse upload(Tenant tenant, Incoming<UploadContentRequest> parts)
            throws RefusedException, InterruptedException, IOException {
        var part = parts.next();
        try (var upload = announced(tenant, part)) {
            if (part.isPresent() && part.get().hasAnnouncement()) {
                part = parts.next();
            }
            for (; part.isPresent(); part = parts.next()) {
                if (part.get().hasAnnouncement()) {
                    throw RefusedException.fieldInvalid("announcement", "is only allowed in the first message");
                }
                upload.write(part.get().getData().asReadOnlyByteBuffer());
            }
            var stored = upload.commit();
            return UploadContentResponse.newBuilder()
                    .setDigest(stored.digest().text())
                    .setSizeBytes(stored.size())
                    .setExpireTime(ToProto.timestamp(stored.expires()))
                    .build();
        }
    }

    private Upload announced(Tenant tenant, Optional<UploadContentRequest> first) throws IOException {
        if (first.isEmpty() || !first.get().hasAnnouncement()) {
            return contents.upload(tenant, Optional.empty(), OptionalLong.empty());
        }
        var announcement = first.get().getAnnouncement();
        return contents.upload(
                tenant,
                FromProto.text(announcement.getDigest()).map(Digest::new),
                announcement.hasSizeBytes() ? OptionalLong.of(announcement.getSizeBytes()) : OptionalLong.empty());
    }

    private static void download(
            DownloadContentRequest request, HeldContent content, Reply<DownloadContentResponse> reply)
            throws RefusedException, InterruptedException, IOException {
        if (request.getOffset() > content.size()) {
            throw new RefusedException(
                    new Refusal.ContentRange(content.size()), "the range begins after the end of the content");
        }
        var rest = content.size() - request.getOffset();
        var end = request.getOffset() + (request.hasLength() ? Math.min(rest, request.getLength()) : rest);
        try (var file = content.open()) {
            var offset = request.getOffset();
            do {
                var bytes = read(file, offset, (int) Math.min(CHUNK, end - offset));
                reply.send(DownloadContentResponse.newBuilder()
                        .setOffset(offset)
                        .setData(UnsafeByteOperations.unsafeWrap(bytes))
                        .setSizeBytes(content.size())
                        .build());
                offset += bytes.length;
            } while (offset < end);
        }
    }

    private static byte[] read(FileChannel file, long offset, int count) throws IOException {
        var bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, offset + bytes.position()) < 0) {
                throw new EOFException("stored content is shorter than it was");
            }
        }
        return bytes.array();
    }
}
