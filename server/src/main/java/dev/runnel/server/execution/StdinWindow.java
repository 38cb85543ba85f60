package dev.runnel.server.execution;

import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Standard input that is kept open: bytes written by WriteStdin, not yet read by the program, at most
/// [#CAPACITY] of
/// them. Offsets make a repeated write harmless. Thread-safe.
final class StdinWindow {
    static final int CAPACITY = 262_144;

    /// What has been taken so far.
    ///
    /// @param offset where the next write begins
    record Accepted(long offset, boolean eof) {}

    /// Guards all below. Invariant: `waiting` is the bytes from `offset - buffered` to `offset`.
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>();
    private int buffered;
    private long offset;
    private boolean eof;
    private boolean closed;

    /// Takes what there is room for, waiting until that is at least one byte; bytes taken before are skipped.
    ///
    /// @param from how many bytes of standard input come before `data`
    /// @param last nothing follows `data`
    Accepted write(long from, ByteBuffer data, boolean last) throws RefusedException, InterruptedException {
        lock.lockInterruptibly();
        try {
            if (from > offset) {
                throw new RefusedException(
                        new Refusal.StdinGap(offset), "the write leaves a gap; continue at accepted_offset");
            }
            var fresh = data.duplicate();
            fresh.position((int) Math.min(data.remaining(), offset - from) + data.position());
            if (eof && fresh.hasRemaining()) {
                throw new RefusedException(new Refusal.StdinClosed(), "standard input was closed by an earlier write");
            }
            while (fresh.hasRemaining() && buffered == CAPACITY && !closed) {
                changed.await();
            }
            var nothingNew = !fresh.hasRemaining() && (eof || !last);
            if (closed && !nothingNew) { // a repeated write is answered even after the end
                throw notRunning();
            }
            take(fresh);
            if (last && !fresh.hasRemaining() && !eof) {
                eof = true;
                changed.signalAll();
            }
            return new Accepted(offset, eof);
        } finally {
            lock.unlock();
        }
    }

    /// Waits for bytes; an empty buffer is the end.
    ByteBuffer read(int atMost) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && !eof && !closed) {
                changed.await();
            }
            var next = waiting.peek();
            if (next == null) {
                return ByteBuffer.allocate(0);
            }
            var piece = next.slice(next.position(), Math.min(atMost, next.remaining()));
            next.position(next.position() + piece.remaining());
            if (!next.hasRemaining()) {
                waiting.remove();
            }
            buffered -= piece.remaining();
            changed.signalAll();
            return piece;
        } finally {
            lock.unlock();
        }
    }

    /// The program has ended: later writes are refused.
    void close() {
        lock.lock();
        try {
            closed = true;
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    static RefusedException notRunning() {
        return new RefusedException(new Refusal.ExecutionNotRunning(), "the execution is not running");
    }

    private void take(ByteBuffer fresh) {
        var count = Math.min(fresh.remaining(), CAPACITY - buffered);
        if (count > 0) {
            var bytes = new byte[count];
            fresh.get(bytes);
            waiting.add(ByteBuffer.wrap(bytes));
            buffered += count;
            offset += count;
            changed.signalAll();
        }
    }
}
