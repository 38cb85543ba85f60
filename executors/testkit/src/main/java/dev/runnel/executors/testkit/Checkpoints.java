package dev.runnel.executors.testkit;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Names at which scripts and the test wait for each other.
final class Checkpoints {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<String> reached = new HashSet<>();
    private final Set<String> released = new HashSet<>();

    void reach(String name) {
        lock.lock();
        try {
            reached.add(name);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void release(String name) {
        lock.lock();
        try {
            released.add(name);
        } finally {
            lock.unlock();
        }
    }

    boolean isReleased(String name) {
        lock.lock();
        try {
            return released.contains(name);
        } finally {
            lock.unlock();
        }
    }

    void awaitReached(String name) throws InterruptedException {
        var left = PATIENCE.toNanos();
        lock.lock();
        try {
            while (!reached.contains(name)) {
                if (left <= 0) {
                    throw new AssertionError("no program reached '" + name + "' in "
                            + TimeUnit.NANOSECONDS.toSeconds(PATIENCE.toNanos()) + " s");
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
