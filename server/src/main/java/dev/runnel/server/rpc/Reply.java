package dev.runnel.server.rpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The answers of one call, sent no faster than the client reads. Used by the call's own thread; only
/// [#ready()] comes from gRPC's.
public final class Reply<T> {
    /// Bytes gRPC may hold for a client before it counts as slow.
    private static final int BUFFERED = 262_144;

    private final ServerCallStreamObserver<T> call;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ready = lock.newCondition();

    Reply(ServerCallStreamObserver<T> call) {
        this.call = call;
        call.setOnReadyThreshold(BUFFERED);
    }

    /// Sends a message, once the client has room for it.
    ///
    /// @throws InterruptedException when the call is over
    public void send(T message) throws InterruptedException {
        if (!call.isReady()) {
            awaitReady();
        }
        call.onNext(message);
    }

    /// Sends the only message of a call, without waiting.
    void last(T message) {
        call.onNext(message);
    }

    void ready() {
        lock.lock();
        try {
            ready.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void complete() {
        call.onCompleted();
    }

    void fail(StatusRuntimeException status) {
        call.onError(status);
    }

    /// The client is gone; nobody hears this.
    void abandon() {
        if (!call.isCancelled()) {
            call.onError(Status.CANCELLED.asRuntimeException());
        }
    }

    private void awaitReady() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!call.isReady()) {
                if (call.isCancelled()) {
                    throw new InterruptedException("the call was cancelled");
                }
                ready.await();
            }
        } finally {
            lock.unlock();
        }
    }
}
