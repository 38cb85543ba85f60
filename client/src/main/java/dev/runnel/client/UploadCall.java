package dev.runnel.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.v1.FileServiceGrpc;
import dev.runnel.v1.UploadContentRequest;
import dev.runnel.v1.UploadContentResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One upload, written by blocking: a message is sent when the transport has room for it.
final class UploadCall implements AutoCloseable {
    private final ClientCall<UploadContentRequest, UploadContentResponse> call;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// The answer, once it has come.
    @GuardedBy("lock") private @Nullable UploadContentResponse answer;

    /// The end of the call; nothing more can be sent after it.
    @GuardedBy("lock") private @Nullable Refusal end;

    UploadCall(Channel channel) {
        call = channel.newCall(FileServiceGrpc.getUploadContentMethod(), CallOptions.DEFAULT);
        call.start(new Arrivals(), new Metadata());
        call.request(1);
    }

    /// Waits for room, then sends.
    ///
    /// @throws RunnelException when the daemon ended the call
    void send(UploadContentRequest part) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (end == null && !call.isReady()) {
                changed.await();
            }
            if (end != null) {
                throw new RunnelException(end, null);
            }
        } finally {
            lock.unlock();
        }
        call.sendMessage(part);
    }

    /// Says that all has been sent and waits for the answer.
    UploadContentResponse finish() throws InterruptedException {
        call.halfClose();
        lock.lockInterruptibly();
        try {
            while (end == null) {
                changed.await();
            }
            if (end.code() != Status.Code.OK || answer == null) {
                throw new RunnelException(end, null);
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the call if it has not ended.
    @Override
    public void close() {
        call.cancel("the upload is over", null);
    }

    private final class Arrivals extends ClientCall.Listener<UploadContentResponse> {
        @Override
        public void onReady() {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void onMessage(UploadContentResponse message) {
            lock.lock();
            try {
                answer = message;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            lock.lock();
            try {
                end = Refusal.of(status, trailers);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
