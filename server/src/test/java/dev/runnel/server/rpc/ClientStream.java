package dev.runnel.server.rpc;

import dev.runnel.v1.AttachExecutionRequest;
import dev.runnel.v1.AttachExecutionResponse;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecuteResponse;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.ExecutionServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/// A client's side of a stream of events, with its own pace and an end that can be looked at.
final class ClientStream {
    private static final long PATIENCE_SECONDS = 60;

    private final ClientCall<?, ?> call;
    private final LinkedBlockingQueue<Optional<ExecutionEvent>> inbox = new LinkedBlockingQueue<>();
    private final CompletableFuture<StatusRuntimeException> end = new CompletableFuture<>();

    private <Q, A> ClientStream(
            Channel channel,
            MethodDescriptor<Q, A> method,
            Q request,
            Function<A, ExecutionEvent> event,
            int messages) {
        var started = channel.newCall(method, CallOptions.DEFAULT);
        call = started;
        started.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(A message) {
                        inbox.add(Optional.of(event.apply(message)));
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status.asRuntimeException(trailers));
                        inbox.add(Optional.empty());
                    }
                },
                new Metadata());
        started.sendMessage(request);
        started.halfClose();
        if (messages > 0) {
            started.request(messages);
        }
    }

    /// A driver that reads as fast as it can.
    static ClientStream execute(Channel channel, ExecuteRequest request) {
        return execute(channel, request, Integer.MAX_VALUE);
    }

    /// A driver that reads only so many messages until told otherwise.
    static ClientStream execute(Channel channel, ExecuteRequest request, int messages) {
        return new ClientStream(
                channel, ExecutionServiceGrpc.getExecuteMethod(), request, ExecuteResponse::getEvent, messages);
    }

    static ClientStream attach(Channel channel, AttachExecutionRequest request) {
        return attach(channel, request, Integer.MAX_VALUE);
    }

    static ClientStream attach(Channel channel, AttachExecutionRequest request, int messages) {
        return new ClientStream(
                channel,
                ExecutionServiceGrpc.getAttachExecutionMethod(),
                request,
                AttachExecutionResponse::getEvent,
                messages);
    }

    /// From now on reads as fast as it can.
    void read() {
        call.request(Integer.MAX_VALUE);
    }

    /// Waits for the next event; absent at the end.
    Optional<ExecutionEvent> next() throws InterruptedException {
        var next = inbox.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no event in " + PATIENCE_SECONDS + " s");
        }
        return next;
    }

    /// All that is left, until the end.
    List<ExecutionEvent> rest() throws InterruptedException {
        var events = new ArrayList<ExecutionEvent>();
        for (var next = next(); next.isPresent(); next = next()) {
            events.add(next.get());
        }
        return events;
    }

    /// Waits for the end and returns its status, whatever it is.
    StatusRuntimeException end() throws InterruptedException, ExecutionException, TimeoutException {
        return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    Status.Code code() throws InterruptedException, ExecutionException, TimeoutException {
        return end().getStatus().getCode();
    }

    void cancel() {
        call.cancel("the test is no longer interested", null);
    }
}
