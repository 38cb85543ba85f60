package dev.runnel.server.execution;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Turns "cancel" into one interrupt of the thread that runs the program, and never of anything it does
/// afterwards. Thread-safe.
final class Cancellation {
    /// Guards all below. The interrupt is given while it is held, so that none can come after [#disarm()].
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable Thread target;
    private Optional<CancelledBy> by = Optional.empty();

    /// The calling thread may be interrupted from here on.
    void arm() {
        lock.lock();
        try {
            target = Thread.currentThread();
            if (by.isPresent()) {
                target.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The calling thread is not interrupted any more, and what interrupt there was is taken back.
    void disarm() {
        lock.lock();
        try {
            target = null;
            Thread.interrupted();
        } finally {
            lock.unlock();
        }
    }

    /// Kills. Who came first stands.
    void cancel(CancelledBy who) {
        lock.lock();
        try {
            if (by.isEmpty()) {
                by = Optional.of(who);
                if (target != null) {
                    target.interrupt();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Who cancelled, if anybody did.
    Optional<CancelledBy> by() {
        lock.lock();
        try {
            return by;
        } finally {
            lock.unlock();
        }
    }
}
