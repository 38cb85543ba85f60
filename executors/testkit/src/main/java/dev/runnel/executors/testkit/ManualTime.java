package dev.runnel.executors.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A clock that stands still until a test moves it.
public final class ManualTime implements Time {
    private static final long PATIENCE_SECONDS = 30;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition armed = lock.newCondition();

    @GuardedBy("lock") private final List<Pending> pending = new ArrayList<>();

    @GuardedBy("lock") private long now;

    @Override
    public long nanos() {
        lock.lock();
        try {
            return now;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Alarm after(Duration delay, Runnable action) {
        lock.lock();
        try {
            var alarm = new Pending(Math.addExact(now, delay.toNanos()), action);
            pending.add(alarm);
            armed.signalAll();
            return () -> cancel(alarm);
        } finally {
            lock.unlock();
        }
    }

    /// Moves the clock and runs, on the calling thread and in the order of their times, the alarms that are
    /// due.
    public void advance(Duration by) {
        List<Pending> due;
        lock.lock();
        try {
            now = Math.addExact(now, by.toNanos());
            var reached = now;
            due = pending.stream()
                    .filter(alarm -> alarm.at <= reached)
                    .sorted((a, b) -> Long.compare(a.at, b.at))
                    .toList();
            pending.removeAll(due);
        } finally {
            lock.unlock();
        }
        due.forEach(alarm -> alarm.action.run());
    }

    /// Blocks until somebody waits for an alarm; fails after 30 s.
    public void awaitAlarm() throws InterruptedException {
        var left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        lock.lock();
        try {
            while (pending.isEmpty()) {
                if (left <= 0) {
                    throw new AssertionError("nobody set an alarm in " + PATIENCE_SECONDS + " s");
                }
                left = armed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void cancel(Pending alarm) {
        lock.lock();
        try {
            pending.remove(alarm);
        } finally {
            lock.unlock();
        }
    }

    /// Compared by identity.
    private static final class Pending {
        private final long at;
        private final Runnable action;

        Pending(long at, Runnable action) {
            this.at = at;
            this.action = action;
        }
    }
}
