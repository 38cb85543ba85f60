package dev.runnel.server.rpc;

import com.google.protobuf.Message;
import dev.runnel.server.refusal.RefusedException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;

/// The messages that a client streams, taken one by one by the call's own thread. The next one is asked for only when
/// the one before was taken, so that a fast client is held back and at most one message is in memory.
public final class Incoming<T extends Message> {
    private final ServerCallStreamObserver<?> call;
    private final Validation validation;

    /// At most one message, and the end.
    private final LinkedBlockingQueue<Optional<T>> arrived = new LinkedBlockingQueue<>();

    Incoming(ServerCallStreamObserver<?> call, Validation validation) {
        this.call = call;
        this.validation = validation;
    }

    /// Blocks until the next message is there; empty when the client has sent all.
    ///
    /// @throws RefusedException when it breaks a rule of its proto file
    /// @throws InterruptedException when the call is over
    public Optional<T> next() throws RefusedException, InterruptedException {
        var message = nextUnchecked();
        if (message.isPresent()) {
            check(message.get());
        }
        return message;
    }

    /// As [#next], for who lets a message break its rules and the stream go on.
    Optional<T> nextUnchecked() throws InterruptedException {
        call.request(1);
        return arrived.take();
    }

    void check(T message) throws RefusedException {
        validation.check(message);
    }

    StreamObserver<T> observer() {
        return new StreamObserver<>() {
            @Override
            public void onNext(T message) {
                arrived.add(Optional.of(message));
            }

            @Override
            public void onError(Throwable gone) {
                // the call is cancelled as well, and that interrupts the thread
            }

            @Override
            public void onCompleted() {
                arrived.add(Optional.empty());
            }
        };
    }
}
