package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// A nursery while cells are opened in it, and after it retired, until the last of them is closed.
/// Thread-safe.
final class KeptNursery {
    private final Nursery nursery;
    private final InstantSource clock;
    private final Runnable whenGone;
    private final Instant since;
    private final ReentrantLock lock = new ReentrantLock();

    /// Open or being opened.
    @GuardedBy("lock") private int cells;

    /// Since the nursery's start.
    @GuardedBy("lock") private int opened;

    /// When there was a cell last.
    @GuardedBy("lock") private Instant idleSince;

    @GuardedBy("lock") private boolean retired;

    /// @param whenGone run whenever nothing is left of it
    KeptNursery(Nursery nursery, InstantSource clock, Runnable whenGone) {
        this.nursery = nursery;
        this.clock = clock;
        this.whenGone = whenGone;
        this.since = clock.instant();
        this.idleSince = since;
    }

    /// Opens a cell; absent when the nursery has retired.
    Optional<Sandbox> open(SandboxSpec spec) throws SandboxException, InterruptedException {
        if (!enter()) {
            return Optional.empty();
        }
        var isOpen = false;
        try {
            var cell = new TrackedSandbox(nursery.open(spec), _ -> leave());
            isOpen = true;
            count();
            return Optional.of(cell);
        } finally {
            if (!isOpen) {
                leave();
            }
        }
    }

    /// Whether a cell was ever opened in it.
    boolean isProven() {
        lock.lock();
        try {
            return opened > 0;
        } finally {
            lock.unlock();
        }
    }

    /// Whether it should be replaced for its age or its use.
    boolean isWorn(CellConfig config) {
        lock.lock();
        try {
            return opened >= config.maxOpened() || clock.instant().isAfter(since.plus(config.maxAge()));
        } finally {
            lock.unlock();
        }
    }

    /// Whether it has had no cell for so long.
    boolean isIdle(Duration time) {
        lock.lock();
        try {
            return cells == 0 && clock.instant().isAfter(idleSince.plus(time));
        } finally {
            lock.unlock();
        }
    }

    void onRetired(Runnable action) {
        nursery.onRetired(action);
    }

    /// From here on it opens no more cells, and is destroyed when there is none.
    ///
    /// @return whether that is new
    boolean retire() {
        boolean isNew;
        boolean last;
        lock.lock();
        try {
            isNew = !retired;
            retired = true;
            last = isNew && cells == 0;
        } finally {
            lock.unlock();
        }
        if (last) {
            closeLater();
        }
        return isNew;
    }

    /// Whether it lives; one that does not say so in time ends, with its cells.
    boolean answers(Duration within) throws InterruptedException {
        try {
            nursery.ping(within);
            return true;
        } catch (SandboxException _) {
            return false;
        }
    }

    /// Destroys it, with cells that are still open.
    void close() {
        nursery.close();
        whenGone.run();
    }

    private boolean enter() {
        lock.lock();
        try {
            if (!retired) {
                cells++;
            }
            return !retired;
        } finally {
            lock.unlock();
        }
    }

    private void count() {
        lock.lock();
        try {
            opened++;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        boolean last;
        lock.lock();
        try {
            cells--;
            idleSince = clock.instant();
            last = retired && cells == 0;
        } finally {
            lock.unlock();
        }
        if (last) {
            closeLater();
        }
    }

    /// Who closes a cell need not wait for the end of the nursery.
    private void closeLater() {
        Thread.ofVirtual().name("close-nursery").start(this::close);
    }
}
