package dev.runnel.server.admission;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Hands out permits to run, first come, first served, and refuses what would wait in too long a line.
///
/// Thread-safe.
public final class Admission {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Bounds bounds;
    private final Semaphore permits;

    /// Guards the two counts below.
    private final ReentrantLock lock = new ReentrantLock();

    private int present;
    private final Map<Tenant, Integer> detached = new HashMap<>();

    /// How much at a time.
    ///
    /// @param running programs
    /// @param waiting executions that wait for a permit
    /// @param detachedPerTenant executions of one tenant that go on without a client, waiting ones included
    public record Bounds(int running, int waiting, int detachedPerTenant) {
        public Bounds {
            if (running < 1 || waiting < 0 || detachedPerTenant < 0) {
                throw new IllegalArgumentException(
                        "running must be at least 1, waiting and detachedPerTenant at least 0");
            }
        }
    }

    public Admission(Bounds bounds) {
        this.bounds = bounds;
        permits = new Semaphore(bounds.running(), true);
    }

    /// Takes an execution in: it may wait from here on. The caller closes the ticket when the execution is
    /// over.
    ///
    /// @throws RefusedException when the line is too long or the tenant has too much detached
    public Ticket admit(Tenant tenant, boolean detach) throws RefusedException {
        lock.lock();
        try {
            if (present >= bounds.running() + bounds.waiting()) {
                throw new RefusedException(
                        new Refusal.DaemonFull("executions", RETRY_AFTER),
                        "the daemon runs and queues all it can; retry");
            }
            if (detach && detached.getOrDefault(tenant, 0) >= bounds.detachedPerTenant()) {
                throw new RefusedException(
                        new Refusal.TenantQuotaExceeded("detached executions", RETRY_AFTER),
                        "too many detached executions have not ended; retry when one has");
            }
            present++;
            if (detach) {
                detached.merge(tenant, 1, Integer::sum);
            }
            return new Ticket(tenant, detach);
        } finally {
            lock.unlock();
        }
    }

    private void leave(Tenant tenant, boolean detach) {
        lock.lock();
        try {
            present--;
            if (detach) {
                detached.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
            }
        } finally {
            lock.unlock();
        }
    }

    /// One execution's place. Used by one thread.
    public final class Ticket implements AutoCloseable {
        private final Tenant tenant;
        private final boolean detach;
        private boolean running;
        private boolean closed;

        private Ticket(Tenant tenant, boolean detach) {
            this.tenant = tenant;
            this.detach = detach;
        }

        /// Waits for the permit to run, which [#close()] gives back.
        ///
        /// @param onWait called once if there is a wait
        /// @throws RefusedException when `atMost` is over
        public void awaitPermit(Duration atMost, Runnable onWait) throws RefusedException, InterruptedException {
            running = permits.tryAcquire(0, TimeUnit.NANOSECONDS);
            if (running) {
                return;
            }
            onWait.run();
            running = permits.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
            if (!running) {
                throw new RefusedException(
                        new Refusal.QueueTimeExceeded(RETRY_AFTER),
                        "the execution waited for max_queue_time and did not start");
            }
        }

        /// Idempotent.
        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            if (running) {
                permits.release();
            }
            leave(tenant, detach);
        }
    }
}
