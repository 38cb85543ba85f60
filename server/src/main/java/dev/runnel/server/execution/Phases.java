package dev.runnel.server.execution;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// Measures where an execution's time goes, by the monotonic clock. Thread-safe: the start is told by another
/// thread than the rest.
final class Phases {
    /// What an execution may be doing.
    enum Phase {
        QUEUE,
        SANDBOX,
        RUN,
        KILL,
        COLLECT
    }

    private final long begin = System.nanoTime();
    private final Map<Phase, Duration> spent = new EnumMap<>(Phase.class);
    private Phase current = Phase.QUEUE;
    private long since = begin;

    /// Ends the current phase and begins another; going back to one adds to it.
    synchronized void enter(Phase next) {
        var now = System.nanoTime();
        if (now > since && current != next) {
            spent.merge(current, Duration.ofNanos(now - since), Duration::plus);
            since = now;
        }
        current = next;
    }

    void started() {
        enter(Phase.RUN);
    }

    /// The run is over; `wall` of it was the program's, the rest went into proving that nothing is left.
    synchronized void ended(Duration wall) {
        enter(Phase.KILL);
        var run = spent.get(Phase.RUN);
        if (run != null && run.compareTo(wall) > 0) {
            spent.put(Phase.RUN, wall);
            spent.merge(Phase.KILL, run.minus(wall), Duration::plus);
        }
    }

    /// Since the execution was accepted.
    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    synchronized Result.PhaseTimings timings() {
        enter(current == Phase.KILL ? Phase.COLLECT : Phase.KILL);
        return new Result.PhaseTimings(
                of(Phase.QUEUE), of(Phase.SANDBOX), of(Phase.RUN), of(Phase.KILL), of(Phase.COLLECT));
    }

    private Optional<Duration> of(Phase phase) {
        return Optional.ofNullable(spent.get(phase));
    }
}
