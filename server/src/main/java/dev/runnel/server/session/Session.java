package dev.runnel.server.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.execution.IfSessionBusy;
import dev.runnel.server.execution.SandboxSource;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.routing.Placement;
import dev.runnel.server.routing.ResolvedLimits;
import dev.runnel.server.routing.SessionPlaces.SessionPlace;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// One session: a sandbox, lent to one execution after the other in the order in which they came. Thread-safe.
final class Session implements SessionPlace {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Key key;
    private final SessionSpec spec;
    private final Map<String, String> labels;
    private final Placement placement;
    private final ResolvedLimits limits;
    private final Sandbox sandbox;
    private final Life life;
    private final InstantSource clock;
    private final Instant created;

    /// Fair, so that who came first runs first. Whoever is woken looks at the phase again.
    private final Semaphore turn = new Semaphore(1, true);

    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private Phase phase = Phase.OPEN;

    /// Executions that run or wait here.
    @GuardedBy("lock") private int inside;

    @GuardedBy("lock") private boolean running;

    @GuardedBy("lock") private Instant lastUsed;

    /// By what a session is known.
    record Key(Tenant tenant, String id) {}

    /// How long it lives.
    ///
    /// @param idle without an execution
    /// @param age at all
    record Life(Duration idle, Duration age) {}

    private enum Phase {
        OPEN,
        LOST,
        DELETED
    }

    /// Owns the sandbox from here on.
    Session(
            Key key,
            SessionRequest request,
            Placement placement,
            ResolvedLimits limits,
            Sandbox sandbox,
            Life life,
            InstantSource clock) {
        this.key = key;
        this.spec = request.spec();
        this.labels = request.labels();
        this.placement = placement.ofImage(sandbox.description().imageDigest());
        this.limits = limits;
        this.sandbox = sandbox;
        this.life = life;
        this.clock = clock;
        created = clock.instant();
        lastUsed = created;
    }

    Key key() {
        return key;
    }

    SessionSpec spec() {
        return spec;
    }

    @Override
    public Placement placement() {
        return placement;
    }

    @Override
    public ResolvedLimits limits() {
        return limits;
    }

    @Override
    public SandboxSource sandboxes(IfSessionBusy ifBusy) {
        return (atMost, wait) -> acquire(ifBusy, atMost, wait);
    }

    /// Throws SESSION_LOST, or SESSION_NOT_FOUND when it is deleted.
    void checkUsable() throws RefusedException {
        lock.lock();
        try {
            refuseUnlessOpen();
        } finally {
            lock.unlock();
        }
    }

    /// Its idle time counts from now.
    void touch() {
        lock.lock();
        try {
            lastUsed = clock.instant();
        } finally {
            lock.unlock();
        }
    }

    /// Nobody finds or enters it any more.
    void delete() {
        lock.lock();
        try {
            phase = Phase.DELETED;
        } finally {
            lock.unlock();
        }
    }

    /// Whether it is deleted. A session whose time is over is, from the moment somebody asks.
    boolean isDeleted() {
        var now = clock.instant();
        lock.lock();
        try {
            var idle = inside == 0 && !now.isBefore(lastUsed.plus(life.idle()));
            if (idle || !now.isBefore(created.plus(life.age()))) {
                phase = Phase.DELETED;
            }
            return phase == Phase.DELETED;
        } finally {
            lock.unlock();
        }
    }

    SessionView view(Optional<String> execution) {
        var description = sandbox.description();
        lock.lock();
        try {
            var state = phase == Phase.LOST ? SessionState.LOST : running ? SessionState.BUSY : SessionState.IDLE;
            return new SessionView(
                    key.id(),
                    state,
                    running ? execution : Optional.empty(),
                    description,
                    limits.enforced(description.enforcement()),
                    labels,
                    created,
                    lastUsed,
                    inside > 0 ? Optional.empty() : Optional.of(expires()));
        } finally {
            lock.unlock();
        }
    }

    /// Removes every trace of the sandbox; a program that still ran is lost.
    void closeSandbox() {
        sandbox.close();
    }

    @GuardedBy("lock") private Instant expires() {
        var idle = lastUsed.plus(life.idle());
        var age = created.plus(life.age());
        return idle.isBefore(age) ? idle : age;
    }

    private SandboxSource.Lease acquire(IfSessionBusy ifBusy, Duration atMost, SandboxSource.WaitListener wait)
            throws RefusedException, InterruptedException {
        var ahead = enter(ifBusy);
        var entered = false;
        try {
            awaitTurn(ahead, atMost, wait);
            begin();
            entered = true;
            return new SessionLease(new WatchedSandbox(sandbox, this::lost), this::end);
        } finally {
            if (!entered) {
                leave();
            }
        }
    }

    /// How many are before.
    private int enter(IfSessionBusy ifBusy) throws RefusedException {
        lock.lock();
        try {
            refuseUnlessOpen();
            if (inside > 0 && ifBusy == IfSessionBusy.FAIL) {
                throw new RefusedException(
                        new Refusal.SessionBusy(), "the session runs another program; wait for it, or ask to wait");
            }
            return inside++;
        } finally {
            lock.unlock();
        }
    }

    private void awaitTurn(int ahead, Duration atMost, SandboxSource.WaitListener wait)
            throws RefusedException, InterruptedException {
        if (turn.tryAcquire(0, TimeUnit.NANOSECONDS)) {
            return;
        }
        wait.waiting(Math.max(1, ahead));
        if (!turn.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new RefusedException(
                    new Refusal.QueueTimeExceeded(RETRY_AFTER),
                    "the session ran other programs for the whole of the queue time; nothing was started");
        }
    }

    private void begin() throws RefusedException {
        lock.lock();
        try {
            refuseUnlessOpen();
            running = true;
            lastUsed = clock.instant();
        } catch (RefusedException e) {
            turn.release();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        boolean lost;
        lock.lock();
        try {
            running = false;
            inside--;
            lastUsed = clock.instant();
            lost = phase == Phase.LOST;
        } finally {
            lock.unlock();
        }
        if (lost) {
            sandbox.close();
        }
        turn.release();
    }

    private void leave() {
        lock.lock();
        try {
            inside--;
        } finally {
            lock.unlock();
        }
    }

    private void lost() {
        lock.lock();
        try {
            if (phase == Phase.OPEN) {
                phase = Phase.LOST;
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void refuseUnlessOpen() throws RefusedException {
        switch (phase) {
            case OPEN -> {}
            case LOST ->
                throw new RefusedException(
                        new Refusal.SessionLost(),
                        "the session's sandbox was lost, and its workspace with it: create another session");
            case DELETED -> throw SessionDirectory.notFound();
        }
    }
}
