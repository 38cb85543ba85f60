package dev.runnel.server.execution;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.watch.Watched;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// One execution: its record, its events, and the ways to reach into it while it runs. Thread-safe.
final class Execution implements Watched {
    private final String id;
    private final Tenant tenant;
    private final ExecutionSpec asked;
    private final ResolvedSpec spec;
    private final Map<String, String> labels;
    private final OnDisconnect onDisconnect;
    private final EventLog log;
    private final LiveInput input;
    private final Timers timers;
    private final Consumer<Execution> onChange;
    private final Cancellation cancellation = new Cancellation();
    private final CountDownLatch ended = new CountDownLatch(1);

    /// Guards the state.
    private final ReentrantLock lock = new ReentrantLock();

    private State state;

    /// @param onChange called after every move, outside of all locks
    Execution(
            String id,
            Tenant tenant,
            ExecutionRequest request,
            Plan plan,
            EventLog log,
            Instant created,
            Timers timers,
            Consumer<Execution> onChange) {
        this.id = id;
        this.tenant = tenant;
        asked = request.spec().withoutBytes();
        spec = plan.spec();
        labels = request.labels();
        onDisconnect = request.onDisconnect();
        input = new LiveInput(plan.stdin());
        this.log = log;
        this.timers = timers;
        this.onChange = onChange;
        state = new State.Queued(created);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public Tenant tenant() {
        return tenant;
    }

    ExecutionSpec asked() {
        return asked;
    }

    EventLog log() {
        return log;
    }

    LiveInput input() {
        return input;
    }

    Cancellation cancellation() {
        return cancellation;
    }

    State state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /// Whether a request with this id is about this execution. One that never ran and may be repeated leaves
    /// its id to the repetition; one that has expired to anybody.
    boolean holdsItsId(Instant now) {
        return !(state() instanceof State.Ended ended) || (now.isBefore(ended.expires()) && !mayBeRepeated(ended));
    }

    /// Whether its time is over.
    boolean hasExpired(Instant now) {
        return state() instanceof State.Ended ended && !now.isBefore(ended.expires());
    }

    private static boolean mayBeRepeated(State.Ended ended) {
        return ended.terminal() instanceof Kind.Failed failed
                && !failed.programMayHaveRun()
                && failed.failure().refusal() instanceof Refusal.Repeatable;
    }

    ExecutionView view() {
        return new ExecutionView(id, state(), spec, labels, onDisconnect, log.firstAvailable(), log.last());
    }

    // Moves.

    void started(Instant now) {
        lock.lock();
        try {
            if (state instanceof State.Queued queued) {
                state = queued.start(now);
            } else {
                throw new IllegalStateException("an execution starts once");
            }
        } finally {
            lock.unlock();
        }
        log.append(new Kind.Started());
        onChange.accept(this);
    }

    void end(Kind.Terminal terminal, Instant now, Duration retention) {
        input.close();
        lock.lock();
        try {
            state = switch (state) {
                case State.Queued queued -> queued.end(now, terminal, now.plus(retention));
                case State.Running running -> running.end(now, terminal, now.plus(retention));
                case State.Ended _ -> throw new IllegalStateException("an execution ends once");
            };
        } finally {
            lock.unlock();
        }
        log.append(terminal);
        ended.countDown();
        onChange.accept(this);
    }

    void awaitEnd() throws InterruptedException {
        ended.await();
    }

    boolean awaitEnd(Duration atMost) throws InterruptedException {
        return ended.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    // Drivers.

    /// A driver stream is lost. If it was still the driver, what the client asked for happens.
    void lost(EventCursor cursor) {
        cursor.close();
        if (!log.isDriver(cursor) || hasEnded()) {
            return;
        }
        switch (onDisconnect) {
            case OnDisconnect.Detach() -> log.release(cursor);
            case OnDisconnect.Cancel(var grace) when grace.isZero() -> cancellation.cancel(CancelledBy.DISCONNECT);
            case OnDisconnect.Cancel(var grace) -> timers.after(grace, () -> cancelUnlessReplaced(cursor));
        }
    }

    private void cancelUnlessReplaced(EventCursor lost) {
        if (log.isDriver(lost)) {
            cancellation.cancel(CancelledBy.DISCONNECT);
        }
    }

    // Reaching in.

    /// Kills, or sends SIGINT and kills after the grace.
    void cancel(CancelMode mode, CancelledBy who) {
        switch (mode) {
            case CancelMode.Kill() -> cancellation.cancel(who);
            case CancelMode.Interrupt(var grace) -> {
                if (state() instanceof State.Running) {
                    input.signals().interrupt(who);
                    timers.after(grace, () -> cancellation.cancel(who));
                } else {
                    cancellation.cancel(who);
                }
            }
        }
    }

    StdinWindow.Accepted writeStdin(long offset, ByteBuffer data, boolean eof)
            throws RefusedException, InterruptedException {
        var window = input.window();
        if (window.isEmpty()) {
            throw new RefusedException(new Refusal.StdinClosed(), "the request did not keep standard input open");
        }
        return window.get().write(offset, data, eof);
    }

    void signal(int number) throws RefusedException {
        if (!(state() instanceof State.Running)) {
            throw StdinWindow.notRunning();
        }
        input.signals().send(number);
    }
}
