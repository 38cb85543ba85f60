package dev.runnel.client;

import dev.runnel.client.StreamCall.Signal;
import dev.runnel.v1.AttachExecutionRequest;
import dev.runnel.v1.AttachExecutionResponse;
import dev.runnel.v1.CancelExecutionRequest;
import dev.runnel.v1.CancelMode;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecuteResponse;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.ExecutionServiceGrpc;
import io.grpc.Channel;
import io.grpc.Status;
import java.net.SocketException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The events of one execution, each once and in order, up to the terminal one.
///
/// A lost connection is not an end: the stream attaches again after the last event it gave out, for as long
/// as [ClientSettings#reconnectFor()] allows. A stream that ended has had its Finished or Failed; a stream
/// that could not be brought to its end throws. Not thread-safe; interrupting the reading thread stops
/// waiting.
public final class ExecutionStream implements AutoCloseable {
    private static final Duration CANCEL_TIMEOUT = Duration.ofSeconds(5);

    private final Channel channel;
    private final Target target;
    private final Opening opening;
    private final Backoff backoff;
    private final Runnable beforeReconnect;
    private StreamCall<ExecutionEvent> call;
    private Optional<String> instance = Optional.empty();
    private long lastSequence;
    private boolean reached;
    private boolean accepted;
    private boolean ended;

    /// How the stream came to be, and so how it is brought back.
    sealed interface Opening {
        String executionId();

        /// A request that may have to be sent again before it was accepted.
        record Execute(ExecuteRequest request) implements Opening {
            @Override
            public String executionId() {
                return request.getExecutionId();
            }
        }

        /// An execution that exists.
        record Attach(AttachExecutionRequest request) implements Opening {
            @Override
            public String executionId() {
                return request.getExecutionId();
            }
        }
    }

    /// @param beforeReconnect makes the channel try at once
    ExecutionStream(Channel channel, Target target, Opening opening, Duration reconnectFor, Runnable beforeReconnect) {
        this.channel = channel;
        this.target = target;
        this.opening = opening;
        this.backoff = new Backoff(reconnectFor, InstantSource.system());
        this.beforeReconnect = beforeReconnect;
        switch (opening) {
            case Opening.Execute(var request) -> call = execute(request);
            case Opening.Attach(var request) -> {
                accepted = true;
                lastSequence = request.getAfterSequence();
                call = attach(request);
            }
        }
    }

    /// The execution's id, known from the start because this client chooses one where the caller did not.
    public String executionId() {
        return opening.executionId();
    }

    /// The instance of the daemon that runs it, once known.
    public Optional<String> instance() {
        return instance;
    }

    /// Waits for the next event. Absent after the terminal event, and after Accepted of a validate_only
    /// request.
    ///
    /// Events of a kind that this client does not know are given out too; Heartbeats are not.
    ///
    /// @throws RunnelException when the daemon refused, or could not be reached again; with code ABORTED
    ///     and reason SUPERSEDED when another stream became the driver
    public Optional<ExecutionEvent> next() throws InterruptedException {
        while (!ended) {
            switch (call.take()) {
                case Signal.Message<ExecutionEvent>(var event) -> {
                    if (advance(event)) {
                        return Optional.of(event);
                    }
                }
                case Signal.Closed<ExecutionEvent>(var status, var trailers) -> {
                    noteInstance();
                    if (status.isOk() && accepted && isValidateOnly()) {
                        ended = true;
                    } else {
                        comeBack(Refusal.of(status, trailers), status);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /// Gives every event to `consumer` and returns the last one.
    ///
    /// @throws RunnelException as [#next()]
    public ExecutionEvent readToEnd(Consumer<ExecutionEvent> consumer) throws InterruptedException {
        var last = ExecutionEvent.getDefaultInstance();
        for (var event = next(); event.isPresent(); event = next()) {
            last = event.get();
            consumer.accept(last);
        }
        return last;
    }

    /// Gives the stream up. An execution that this stream started is cancelled if it has not ended, unless
    /// its request says DETACH; one that was attached to is left to its own on_disconnect.
    @Override
    public void close() {
        if (ended) {
            return;
        }
        ended = true;
        if (opening instanceof Opening.Execute(var request)
                && !request.getOnDisconnect().hasDetach()
                && !request.getValidateOnly()) {
            var _ = ExecutionServiceGrpc.newFutureStub(channel)
                    .withDeadlineAfter(CANCEL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .cancelExecution(CancelExecutionRequest.newBuilder()
                            .setExecutionId(executionId())
                            .setMode(CancelMode.CANCEL_MODE_KILL)
                            .build());
        }
        call.cancel("the stream was closed");
    }

    /// Takes an event into account; false when there is nothing to give out.
    private boolean advance(ExecutionEvent event) {
        noteInstance();
        backoff.reset();
        if (event.getSequence() == 0 || event.getSequence() <= lastSequence) {
            return false;
        }
        if (event.getSequence() != lastSequence + 1) {
            throw broken("event %d came after event %d".formatted(event.getSequence(), lastSequence));
        }
        lastSequence = event.getSequence();
        if (event.hasAccepted()) {
            accepted = true;
            instance = Optional.of(event.getAccepted().getInstanceId()).filter(id -> !id.isEmpty());
        }
        if (event.hasFinished() || event.hasFailed()) {
            ended = true;
            call.cancel("the terminal event came");
        }
        return true;
    }

    private void comeBack(Refusal refusal, Status status) throws InterruptedException {
        if (!isLost(refusal, status)) {
            throw new RunnelException(refusal, status.getCause());
        }
        if (refusal.fromDaemon()) {
            // Nothing has run, so the daemon that comes next may run it whichever instance it is.
            reached = true;
            instance = Optional.empty();
        } else if (!accepted && !(neverSent(status) ? reached : instance.isPresent())) {
            // Whether the request arrived is not known, nor which instance would tell: a repetition could run it twice.
            throw new RunnelException(
                    status.getCode(),
                    "no answer from the daemon at %s: %s".formatted(target, refusal.message()),
                    status.getCause());
        }
        var wait = backoff.next(refusal.retryAfter().orElse(Duration.ZERO));
        if (wait.isEmpty()) {
            throw new RunnelException(
                    status.getCode(),
                    "lost the daemon at %s, and with it the end of execution %s: %s"
                            .formatted(target, executionId(), refusal.message()),
                    status.getCause());
        }
        Thread.sleep(wait.get());
        beforeReconnect.run();
        call = reopen();
    }

    /// True when no connection could be made, so that the daemon can't have seen the request.
    private static boolean neverSent(Status status) {
        return status.getCause() instanceof SocketException;
    }

    /// True for a stream that ended without a terminal event through no decision of the daemon's, and for a
    /// request the daemon asks to repeat because nothing has run.
    private boolean isLost(Refusal refusal, Status status) {
        if (refusal.fromDaemon()) {
            return status.getCode() == Status.Code.UNAVAILABLE && !accepted;
        }
        return switch (status.getCode()) {
            case OK, UNAVAILABLE, CANCELLED, INTERNAL, UNKNOWN -> true;
            default -> false;
        };
    }

    private StreamCall<ExecutionEvent> reopen() {
        return switch (opening) {
            case Opening.Execute(var request) ->
                accepted
                        ? attach(AttachExecutionRequest.newBuilder()
                                .setExecutionId(executionId())
                                .setAfterSequence(lastSequence)
                                .setTakeOver(true)
                                .setExpectedInstance(instance.orElse(""))
                                .build())
                        : execute(request.toBuilder()
                                .setExpectedInstance(instance.orElse(request.getExpectedInstance()))
                                .build());
            case Opening.Attach(var request) ->
                attach(request.toBuilder()
                        .setAfterSequence(lastSequence)
                        .setExpectedInstance(instance.orElse(request.getExpectedInstance()))
                        .build());
        };
    }

    private StreamCall<ExecutionEvent> execute(ExecuteRequest request) {
        return StreamCall.start(channel, ExecutionServiceGrpc.getExecuteMethod(), request, ExecuteResponse::getEvent);
    }

    private StreamCall<ExecutionEvent> attach(AttachExecutionRequest request) {
        return StreamCall.start(
                channel, ExecutionServiceGrpc.getAttachExecutionMethod(), request, AttachExecutionResponse::getEvent);
    }

    private void noteInstance() {
        call.instance().ifPresent(id -> {
            instance = Optional.of(id);
            reached = true;
        });
    }

    private boolean isValidateOnly() {
        return opening instanceof Opening.Execute(var request) && request.getValidateOnly();
    }

    private RunnelException broken(String what) {
        ended = true;
        call.cancel(what);
        return new RunnelException(
                Status.Code.INTERNAL, "the daemon at %s broke the contract: %s".formatted(target, what), null);
    }
}
