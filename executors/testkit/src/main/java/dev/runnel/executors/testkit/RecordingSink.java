package dev.runnel.executors.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.OutputSink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// A sink that keeps what it gets and can be a slow reader. Every wait is bounded by 30 s. Thread-safe.
///
/// It also watches over the rules of [OutputSink]: what is broken is thrown at whoever broke it.
public final class RecordingSink implements OutputSink {
    private static final long PATIENCE_SECONDS = 30;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock") private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();

    @GuardedBy("lock") private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();

    @GuardedBy("lock") private final ByteArrayOutputStream both = new ByteArrayOutputStream();

    @GuardedBy("lock") private boolean started;

    @GuardedBy("lock") private boolean ended;

    @GuardedBy("lock") private boolean blocking;

    @GuardedBy("lock") private boolean blocked;

    /// From now on [#output] blocks, until [#unblock] or the end.
    public RecordingSink block() {
        lock.lock();
        try {
            blocking = true;
            return this;
        } finally {
            lock.unlock();
        }
    }

    public void unblock() {
        lock.lock();
        try {
            blocking = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    public byte[] stdout() {
        lock.lock();
        try {
            return stdout.toByteArray();
        } finally {
            lock.unlock();
        }
    }

    public byte[] stderr() {
        lock.lock();
        try {
            return stderr.toByteArray();
        } finally {
            lock.unlock();
        }
    }

    public String stdoutText() {
        return new String(stdout(), StandardCharsets.UTF_8);
    }

    public String stderrText() {
        return new String(stderr(), StandardCharsets.UTF_8);
    }

    /// Both streams in the order in which they came.
    public String text() {
        lock.lock();
        try {
            return both.toString(StandardCharsets.UTF_8);
        } finally {
            lock.unlock();
        }
    }

    public boolean hasEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    public void awaitStarted() throws InterruptedException {
        await("the program's start", this::isStarted);
    }

    public void awaitEnded() throws InterruptedException {
        await("the program's end", this::hasEnded);
    }

    /// Until both streams together hold `text`.
    public void awaitText(String text) throws InterruptedException {
        await("output '" + text + "'", () -> text().contains(text));
    }

    /// Until [#output] is blocking somebody.
    public void awaitBlocked() throws InterruptedException {
        await("blocked output", this::isBlocked);
    }

    @Override
    public void started() {
        lock.lock();
        try {
            if (started || ended) {
                throw new AssertionError("started() must come once, before the end");
            }
            started = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void output(Stream stream, ByteBuffer data) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (!started || data.remaining() < 1 || data.remaining() > 65_536) {
                throw new AssertionError("output() of " + data.remaining() + " bytes, started: " + started);
            }
            try {
                while (blocking && !ended) {
                    blocked = true;
                    changed.signalAll();
                    changed.await();
                }
            } finally {
                blocked = false;
            }
            var bytes = new byte[data.remaining()];
            data.get(bytes);
            both.writeBytes(bytes);
            switch (stream) {
                case STDOUT -> stdout.writeBytes(bytes);
                case STDERR -> stderr.writeBytes(bytes);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void ended() {
        lock.lock();
        try {
            if (!started) {
                throw new AssertionError("ended() before started()");
            }
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isStarted() {
        lock.lock();
        try {
            return started;
        } finally {
            lock.unlock();
        }
    }

    private boolean isBlocked() {
        lock.lock();
        try {
            return blocked;
        } finally {
            lock.unlock();
        }
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        var left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    throw new AssertionError(
                            "waited " + PATIENCE_SECONDS + " s for " + what + "; the output was: " + text());
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
