package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Frames on their way to the runner, in order, and the loop that writes them.
///
/// Bulk data waits for room, so that a runner that doesn't read costs at most [#BULK] bytes and never the
/// frames that end a run. After [#close()] everything is dropped.
final class Outbox {
    private static final int BULK = 4 * Frame.MAX_PAYLOAD;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock") private final ArrayDeque<Frame> frames = new ArrayDeque<>();

    @GuardedBy("lock") private long queued;

    @GuardedBy("lock") private boolean closed;

    /// Never blocks. For the few frames a run needs, whose number its own rules bound.
    void send(List<Frame> message) {
        lock.lock();
        try {
            if (!closed) {
                frames.addAll(message);
                message.forEach(frame -> queued += frame.size());
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Blocks while much is waiting already.
    void sendBulk(List<Frame> message) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (queued >= BULK && !closed) {
                changed.await();
            }
            send(message);
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            frames.clear();
            queued = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Writes until [#close()]. For one thread.
    void writeTo(Channel channel) throws IOException, InterruptedException {
        var batch = ByteBuffer.allocate(Frame.HEADER + Frame.MAX_PAYLOAD);
        while (fill(batch)) {
            channel.write(batch.flip());
            batch.clear();
        }
    }

    /// Waits for frames and takes as many as fit; false once closed.
    private boolean fill(ByteBuffer batch) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (frames.isEmpty() && !closed) {
                changed.await();
            }
            for (var frame = frames.peek(); frame != null && frame.size() <= batch.remaining(); frame = frames.peek()) {
                frame.writeTo(batch);
                queued -= frame.size();
                frames.remove();
            }
            changed.signalAll();
            return !closed;
        } finally {
            lock.unlock();
        }
    }
}
