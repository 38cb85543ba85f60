package dev.runnel.server.rpc;

import com.google.protobuf.Message;
import dev.runnel.server.observe.Incidents;
import dev.runnel.server.refusal.RefusedException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/// How every method of every service is run: checked, then on a virtual thread of its own that may block,
/// with one place where what went wrong becomes a status.
///
/// gRPC calls a method, and all callbacks of its call, one after the other; a method that blocked would never
/// hear that the client is ready or gone. So the method only starts the thread. When the call is cancelled
/// the thread is interrupted.
public final class Calls {
    private final Validation validation;

    public Calls(Validation validation) {
        this.validation = validation;
    }

    /// What a unary method does.
    @FunctionalInterface
    public interface Unary<T> {
        T answer() throws RefusedException, InterruptedException;
    }

    /// What a server-streaming method does.
    @FunctionalInterface
    public interface Streaming<T> {
        void answer(Reply<T> reply) throws RefusedException, InterruptedException;
    }

    /// What a client-streaming method does.
    @FunctionalInterface
    public interface Receiving<Q extends Message, T> {
        T answer(Incoming<Q> requests) throws RefusedException, InterruptedException;
    }

    /// Runs a unary method.
    ///
    /// @param request checked before `work`
    public <T> void unary(Message request, StreamObserver<T> observer, Unary<T> work) {
        stream(request, observer, reply -> reply.last(work.answer()));
    }

    /// Runs a server-streaming method.
    ///
    /// @param request checked before `work`
    public <T> void stream(Message request, StreamObserver<T> observer, Streaming<T> work) {
        var call = (ServerCallStreamObserver<T>) observer;
        var method = request.getDescriptorForType().getName();
        var reply = new Reply<>(call);
        var thread = Thread.ofVirtual()
                .name(method)
                .unstarted(() -> run(method, reply, () -> {
                    validation.check(request);
                    work.answer(reply);
                }));
        call.setOnReadyHandler(reply::ready);
        call.setOnCancelHandler(thread::interrupt);
        thread.start();
    }

    /// Runs a client-streaming method.
    ///
    /// @param method what the log calls it
    public <Q extends Message, T> StreamObserver<Q> receive(
            String method, StreamObserver<T> observer, Receiving<Q, T> work) {
        var call = (ServerCallStreamObserver<T>) observer;
        call.disableAutoRequest();
        var reply = new Reply<>(call);
        var incoming = new Incoming<Q>(call, validation);
        var thread = Thread.ofVirtual()
                .name(method)
                .unstarted(() -> run(method, reply, () -> reply.last(work.answer(incoming))));
        call.setOnCancelHandler(thread::interrupt);
        thread.start();
        return incoming.observer();
    }

    /// What a method does that streams both ways.
    @FunctionalInterface
    public interface Conversing<Q extends Message, T> {
        void answer(Incoming<Q> requests, Reply<T> reply) throws RefusedException, InterruptedException;
    }

    /// Runs a method that streams both ways.
    ///
    /// @param method what the log calls it
    public <Q extends Message, T> StreamObserver<Q> converse(
            String method, StreamObserver<T> observer, Conversing<Q, T> work) {
        var call = (ServerCallStreamObserver<T>) observer;
        call.disableAutoRequest();
        var reply = new Reply<>(call);
        var incoming = new Incoming<Q>(call, validation);
        var thread =
                Thread.ofVirtual().name(method).unstarted(() -> run(method, reply, () -> work.answer(incoming, reply)));
        call.setOnReadyHandler(reply::ready);
        call.setOnCancelHandler(thread::interrupt);
        thread.start();
        return incoming.observer();
    }

    @FunctionalInterface
    private interface Work {
        void run() throws RefusedException, InterruptedException;
    }

    private static void run(String method, Reply<?> reply, Work work) {
        try {
            work.run();
            reply.complete();
        } catch (RefusedException e) {
            reply.fail(Statuses.exception(e.failure()));
        } catch (InterruptedException _) {
            reply.abandon();
        } catch (RuntimeException | Error e) {
            reply.fail(Statuses.exception(Incidents.report("a call failed inside the daemon", "request", method, e)));
        }
    }
}
