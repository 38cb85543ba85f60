package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.testkit.FakeExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// A nursery that opens sandboxes of a fake executor, or fails when it is told to.
final class FakeNursery implements Nursery {
    private static final long PATIENCE_SECONDS = 30;

    private final FakeExecutor executor;
    private final ReentrantLock lock = new ReentrantLock();
    private final CountDownLatch closed = new CountDownLatch(1);

    @GuardedBy("lock") private final List<Runnable> onRetired = new ArrayList<>();

    private volatile boolean opensNoMore;
    private volatile boolean silent;
    private volatile boolean full;

    FakeNursery(FakeExecutor executor) {
        this.executor = executor;
    }

    /// From here on no cell can be opened; nobody is told.
    FakeNursery failing() {
        opensNoMore = true;
        return this;
    }

    void becomeFull() {
        full = true;
    }

    /// From here on it answers no ping.
    void becomeSilent() {
        silent = true;
    }

    /// Its runner says that it retires; returns when all have heard it.
    void retire() throws InterruptedException {
        opensNoMore = true;
        lock.lock();
        try {
            for (var action : onRetired) {
                Thread.ofVirtual().start(action).join();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        return closed.getCount() == 0;
    }

    boolean closesSoon() throws InterruptedException {
        return closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public Sandbox open(SandboxSpec spec) throws SandboxException, InterruptedException {
        if (full) {
            throw new SandboxException(new Reason.Exhausted(), "full");
        }
        if (opensNoMore || isClosed()) {
            throw new SandboxException(new Reason.Unavailable(), "the fake nursery opens no more cells");
        }
        return executor.open(spec);
    }

    @Override
    public void onRetired(Runnable action) {
        lock.lock();
        try {
            onRetired.add(action);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void ping(Duration within) throws SandboxException {
        if (silent) {
            throw new SandboxException(new Reason.Lost(false), "silence");
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
