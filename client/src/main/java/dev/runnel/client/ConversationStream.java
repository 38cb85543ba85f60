package dev.runnel.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.client.StreamCall.Signal;
import dev.runnel.v1.BlockDecision;
import dev.runnel.v1.BlockStdin;
import dev.runnel.v1.ChatMessage;
import dev.runnel.v1.ConversationEvent;
import dev.runnel.v1.ConversationInput;
import dev.runnel.v1.ConversationServiceGrpc;
import dev.runnel.v1.ConverseRequest;
import dev.runnel.v1.ConverseResponse;
import dev.runnel.v1.Interrupt;
import dev.runnel.v1.OpenConversationRequest;
import dev.runnel.v1.RunBlocks;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Status;
import java.net.SocketException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// One conversation: what is said to it, and its events, each once and in order, up to Closed.
///
/// A lost connection is not an end: the stream resumes after the last event it gave out and repeats what the daemon
/// has not applied, for as long as [ClientSettings#reconnectFor()] allows. A stream that ended has had its Closed; one
/// that could not be brought to its end throws. [#next()] is for one thread; everything else may be called by any
/// thread at any time, and does nothing once the stream is over.
public final class ConversationStream implements AutoCloseable {
    private final Channel channel;
    private final Target target;
    private final OpenConversationRequest request;
    private final Backoff backoff;
    private final Runnable beforeReconnect;
    private final ReentrantLock lock = new ReentrantLock();

    /// What was said and the daemon is not known to have applied, in order.
    @GuardedBy("lock") private final Deque<ConversationInput> unapplied = new ArrayDeque<>();

    /// Takes one message at a time, and none after half-close or cancel; sending never blocks.
    @GuardedBy("lock") private ClientCall<ConverseRequest, ConverseResponse> requests;

    @GuardedBy("lock") private long inputs;

    @GuardedBy("lock") private boolean finished;

    @GuardedBy("lock") private boolean over;

    private StreamCall<ConverseResponse> responses;
    private Optional<String> instance = Optional.empty();
    private long lastSequence;
    private boolean reached;
    private boolean exists;
    private boolean repeated;

    /// What the daemon tells.
    public sealed interface Step {
        /// The next event. Those of a kind that this client does not know are given out too; Heartbeats are not.
        record Event(ConversationEvent event) implements Step {}

        /// An input that the daemon did not take, by the number its sending returned. It ends nothing. Not told when
        /// the connection is lost at that moment.
        record Rejected(long clientSequence, RunnelException why) implements Step {}
    }

    /// @param beforeReconnect makes the channel try at once
    ConversationStream(
            Channel channel,
            Target target,
            OpenConversationRequest request,
            Duration reconnectFor,
            Runnable beforeReconnect) {
        this.channel = channel;
        this.target = target;
        this.request = request;
        this.backoff = new Backoff(reconnectFor, InstantSource.system());
        this.beforeReconnect = beforeReconnect;
        this.requests = newCall();
        this.responses = StreamCall.open(requests, Function.identity());
        requests.sendMessage(ConverseRequest.newBuilder().setOpen(request).build());
    }

    /// The conversation's id, known from the start because this client chooses it.
    public String conversationId() {
        return request.getConversationId();
    }

    /// Says a message, which begins a turn. Returns the input's number, as the other inputs do.
    public long say(ChatMessage message) {
        return send(ConversationInput.newBuilder().setMessage(message));
    }

    /// Gives blocks as such, which begins a turn.
    public long run(RunBlocks blocks) {
        return send(ConversationInput.newBuilder().setRunBlocks(blocks));
    }

    /// Lets a block run, or not.
    public long decide(BlockDecision decision) {
        return send(ConversationInput.newBuilder().setDecision(decision));
    }

    /// Writes to the standard input of the block that runs.
    public long write(BlockStdin data) {
        return send(ConversationInput.newBuilder().setStdinData(data));
    }

    /// Ends what runs, and with it the turn.
    public long interrupt() {
        return send(ConversationInput.newBuilder().setInterrupt(Interrupt.getDefaultInstance()));
    }

    /// Says that no more inputs come: the turns that wait are done, then the conversation is closed.
    public void finish() {
        lock.lock();
        try {
            if (!finished && !over) {
                finished = true;
                requests.halfClose();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the next step. Absent after Closed, and once this stream was closed.
    ///
    /// @throws RunnelException when the daemon refused, or could not be reached again; with code ABORTED and reason
    ///     SUPERSEDED when another stream holds the conversation
    public Optional<Step> next() throws InterruptedException {
        while (!isOver()) {
            switch (responses.take()) {
                case Signal.Message<ConverseResponse>(var response) -> {
                    var step = take(response);
                    if (step.isPresent()) {
                        return step;
                    }
                }
                case Signal.Closed<ConverseResponse>(var status, var trailers) -> {
                    noteInstance();
                    comeBack(Refusal.of(status, trailers), status);
                }
            }
        }
        return Optional.empty();
    }

    /// Gives the stream up. If the conversation is open, the daemon interrupts what runs in it and closes it after its
    /// absence_timeout; [#finish()] and reading to the end is the orderly way.
    @Override
    public void close() {
        end("the stream was closed");
    }

    private long send(ConversationInput.Builder action) {
        lock.lock();
        try {
            if (over || finished) {
                return inputs;
            }
            var input = action.setClientSequence(++inputs).build();
            unapplied.add(input);
            requests.sendMessage(ConverseRequest.newBuilder().setInput(input).build());
            return inputs;
        } finally {
            lock.unlock();
        }
    }

    /// Takes a response into account; absent when there is nothing to give out.
    private Optional<Step> take(ConverseResponse response) {
        noteInstance();
        backoff.reset();
        applied(response.getAppliedClientSequence());
        return switch (response.getPartCase()) {
            case EVENT ->
                advance(response.getEvent()) ? Optional.of(new Step.Event(response.getEvent())) : Optional.empty();
            case REJECTED -> {
                var rejected = response.getRejected();
                var why = new RunnelException(Refusal.of(rejected.getStatus()), null);
                yield Optional.of(new Step.Rejected(rejected.getClientSequence(), why));
            }
            case PART_NOT_SET -> Optional.empty();
        };
    }

    private void applied(long sequence) {
        lock.lock();
        try {
            while (!unapplied.isEmpty() && unapplied.getFirst().getClientSequence() <= sequence) {
                unapplied.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean advance(ConversationEvent event) {
        if (event.getSequence() <= lastSequence) {
            return false;
        }
        if (event.getSequence() != lastSequence + 1) {
            var what = "event %d came after event %d".formatted(event.getSequence(), lastSequence);
            end(what);
            throw new RunnelException(
                    Status.Code.INTERNAL, "the daemon at %s broke the contract: %s".formatted(target, what), null);
        }
        lastSequence = event.getSequence();
        exists = true;
        if (event.hasClosed()) {
            end("the last event came");
        }
        return true;
    }

    private void comeBack(Refusal refusal, Status status) throws InterruptedException {
        if (isOver()) {
            return;
        }
        if (refusal.fromDaemon() && repeated && !exists && status.getCode() == Status.Code.ALREADY_EXISTS) {
            // The first request had arrived.
            exists = true;
        } else if (!isLost(refusal, status)) {
            end("the daemon refused");
            throw new RunnelException(refusal, status.getCause());
        } else if (refusal.fromDaemon()) {
            // Nothing has run, so the daemon that comes next may open it whichever instance it is.
            reached = true;
            instance = Optional.empty();
        } else if (!exists && !(neverSent(status) ? reached : instance.isPresent())) {
            // Whether the requests arrived is not known, nor which instance would tell: blocks could run twice.
            throw lost("no answer from the daemon at %s: %s".formatted(target, refusal.message()), status);
        }
        var wait = backoff.next(refusal.retryAfter().orElse(Duration.ZERO));
        if (wait.isEmpty()) {
            throw lost(
                    "lost the daemon at %s, and with it the end of conversation %s: %s"
                            .formatted(target, conversationId(), refusal.message()),
                    status);
        }
        Thread.sleep(wait.get());
        beforeReconnect.run();
        reopen();
    }

    private RunnelException lost(String what, Status status) {
        end("the daemon was lost");
        return new RunnelException(status.getCode(), what, status.getCause());
    }

    /// True when no connection could be made, so that the daemon can't have seen the request.
    private static boolean neverSent(Status status) {
        return status.getCause() instanceof SocketException;
    }

    /// True for a stream that ended without Closed through no decision of the daemon's, and for one that the daemon
    /// asks to repeat because nothing has run.
    private boolean isLost(Refusal refusal, Status status) {
        if (refusal.fromDaemon()) {
            return status.getCode() == Status.Code.UNAVAILABLE && !exists;
        }
        return switch (status.getCode()) {
            case OK, UNAVAILABLE, CANCELLED, INTERNAL, UNKNOWN -> true;
            default -> false;
        };
    }

    private void reopen() {
        lock.lock();
        try {
            if (over) {
                return;
            }
            repeated = true;
            requests = newCall();
            responses = StreamCall.open(requests, Function.identity());
            requests.sendMessage(first());
            unapplied.forEach(input -> requests.sendMessage(
                    ConverseRequest.newBuilder().setInput(input).build()));
            if (finished) {
                requests.halfClose();
            }
        } finally {
            lock.unlock();
        }
    }

    private ConverseRequest first() {
        if (exists) {
            return ConverseRequest.newBuilder()
                    .setResume(ConverseRequest.Resume.newBuilder()
                            .setConversationId(conversationId())
                            .setAfterSequence(lastSequence))
                    .build();
        }
        return ConverseRequest.newBuilder()
                .setOpen(request.toBuilder().setExpectedInstance(instance.orElse("")))
                .build();
    }

    private ClientCall<ConverseRequest, ConverseResponse> newCall() {
        return channel.newCall(ConversationServiceGrpc.getConverseMethod(), CallOptions.DEFAULT);
    }

    private void end(String why) {
        lock.lock();
        try {
            if (!over) {
                over = true;
                requests.cancel(why, null);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver() {
        lock.lock();
        try {
            return over;
        } finally {
            lock.unlock();
        }
    }

    private void noteInstance() {
        responses.instance().ifPresent(id -> {
            instance = Optional.of(id);
            reached = true;
        });
    }
}
