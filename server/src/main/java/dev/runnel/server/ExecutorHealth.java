package dev.runnel.server;

import dev.runnel.server.routing.Candidate;
import dev.runnel.server.rpc.Health;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Tells by the health service which executors can be used, again and again: engines come and go. Until it is known for
/// the first time they can't be.
final class ExecutorHealth implements AutoCloseable {
    private final Health health;
    private final Duration pause;
    private final CountDownLatch closed = new CountDownLatch(1);

    /// Begins. Each executor is asked on a thread of its own: one that takes long is nobody else's trouble.
    ///
    /// @param pause between an answer and the next question
    ExecutorHealth(List<Candidate> candidates, Health health, Duration pause) {
        this.health = health;
        this.pause = pause;
        candidates.forEach(candidate -> {
            health.executor(candidate.name(), false);
            Thread.ofVirtual().name("health-" + candidate.name()).start(() -> watch(candidate));
        });
    }

    private void watch(Candidate candidate) {
        try {
            do {
                health.executor(candidate.name(), candidate.works());
            } while (!closed.await(pause.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException _) {
            // Nobody does that, and it would be an end.
        }
    }

    /// Nothing is asked any more; an answer that is under way may still be told.
    @Override
    public void close() {
        closed.countDown();
    }
}
