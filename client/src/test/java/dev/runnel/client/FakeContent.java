package dev.runnel.client;

import com.google.protobuf.ByteString;
import dev.runnel.v1.DownloadContentRequest;
import dev.runnel.v1.DownloadContentResponse;
import dev.runnel.v1.FileServiceGrpc;
import dev.runnel.v1.UploadContentRequest;
import dev.runnel.v1.UploadContentResponse;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Content by digest, believed as announced.
final class FakeContent extends FileServiceGrpc.FileServiceImplBase {
    final Map<String, ByteString> stored = new ConcurrentHashMap<>();

    @Override
    public StreamObserver<UploadContentRequest> uploadContent(StreamObserver<UploadContentResponse> out) {
        return new StreamObserver<>() {
            private String digest = "";
            private ByteString bytes = ByteString.EMPTY;

            @Override
            public void onNext(UploadContentRequest part) {
                if (part.hasAnnouncement()) {
                    digest = part.getAnnouncement().getDigest();
                }
                bytes = bytes.concat(part.getData());
            }

            @Override
            public void onError(Throwable gone) {
                stored.remove(digest);
            }

            @Override
            public void onCompleted() {
                stored.put(digest, bytes);
                out.onNext(UploadContentResponse.newBuilder()
                        .setDigest(digest)
                        .setSizeBytes(bytes.size())
                        .build());
                out.onCompleted();
            }
        };
    }

    @Override
    public void downloadContent(DownloadContentRequest request, StreamObserver<DownloadContentResponse> out) {
        var bytes = stored.getOrDefault(request.getDigest(), ByteString.EMPTY);
        var chunk = 64 * 1024;
        for (var offset = 0; offset < bytes.size(); offset += chunk) {
            out.onNext(DownloadContentResponse.newBuilder()
                    .setOffset(offset)
                    .setData(bytes.substring(offset, Math.min(bytes.size(), offset + chunk)))
                    .setSizeBytes(bytes.size())
                    .build());
        }
        out.onCompleted();
    }
}
