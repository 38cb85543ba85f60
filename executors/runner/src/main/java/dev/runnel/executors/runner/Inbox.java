package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What the reader has for one run, in order. Whoever puts bounds what is in it.
final class Inbox<E> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();

    @GuardedBy("lock") private final ArrayDeque<E> events = new ArrayDeque<>();

    @GuardedBy("lock") private @Nullable String lost;

    void put(E event) {
        lock.lock();
        try {
            events.add(event);
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    void lost(String why) {
        lock.lock();
        try {
            lost = why;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /// The next event, if it is there.
    Optional<E> poll() {
        lock.lock();
        try {
            return Optional.ofNullable(events.poll());
        } finally {
            lock.unlock();
        }
    }

    /// The next event. What came before the loss is still to be had.
    ///
    /// @throws SandboxException with [Reason.Lost]
    E take(boolean programMayHaveRun) throws SandboxException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                var event = events.poll();
                if (event != null) {
                    return event;
                }
                if (lost != null) {
                    throw new SandboxException(new Reason.Lost(programMayHaveRun), "the sandbox was lost: " + lost);
                }
                arrived.await();
            }
        } finally {
            lock.unlock();
        }
    }
}
