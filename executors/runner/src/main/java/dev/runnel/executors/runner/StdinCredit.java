package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What the runner takes of a program's standard input. The reader adds, one pump spends.
final class StdinCredit {
    /// Granted with Started.
    static final int INITIAL = 65_536;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition granted = lock.newCondition();

    @GuardedBy("lock") private long credit;

    void add(long bytes) {
        lock.lock();
        try {
            // A runner may grant for ever; what it grants is not held in memory, so a bound on the sum is enough.
            credit = Math.min(credit + bytes, Integer.MAX_VALUE);
            granted.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Blocks until there is credit, and tells how much.
    int await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (credit == 0) {
                granted.await();
            }
            return (int) credit;
        } finally {
            lock.unlock();
        }
    }

    void spend(int bytes) {
        lock.lock();
        try {
            credit -= bytes;
        } finally {
            lock.unlock();
        }
    }
}
