package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.runner.v1.Credit;
import dev.runnel.runner.v1.FrameType;
import java.util.concurrent.locks.ReentrantLock;

/// What a runner may send of one run: the bound on what waits in the daemon for a slow reader.
///
/// The reader counts what comes, the consumer what it has passed on; half a window is granted at a time.
final class CreditWindow {
    /// What is in flight or waiting at most, while the run goes on.
    static final int SIZE = 1 << 20;

    private static final int BATCH = SIZE / 2;

    private final RunnerConnection connection;
    private final long run;
    private final long overdraft;
    private final ReentrantLock lock = new ReentrantLock();

    /// Granted, and not yet received.
    @GuardedBy("lock") private long credit = SIZE;

    @GuardedBy("lock") private long overdrawn;

    @GuardedBy("lock") private int consumed;

    /// @param overdraft bytes that may come without credit in all
    CreditWindow(RunnerConnection connection, long run, long overdraft) {
        this.connection = connection;
        this.run = run;
        this.overdraft = overdraft;
    }

    void received(int bytes) throws ProtocolViolationException {
        lock.lock();
        try {
            credit -= bytes;
            if (credit < 0) {
                overdrawn -= credit;
                credit = 0;
            }
            if (overdrawn > overdraft) {
                throw new ProtocolViolationException("data beyond its credit");
            }
        } finally {
            lock.unlock();
        }
    }

    void consumed(int bytes) {
        int grant;
        lock.lock();
        try {
            consumed += bytes;
            if (consumed < BATCH) {
                return;
            }
            grant = consumed;
            consumed = 0;
            credit += grant;
        } finally {
            lock.unlock();
        }
        connection.send(
                FrameType.FRAME_TYPE_CREDIT,
                run,
                Credit.newBuilder().setBytes(grant).build());
    }
}
