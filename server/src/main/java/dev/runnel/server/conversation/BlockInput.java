package dev.runnel.server.conversation;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.execution.Executions;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What clients bring for the standard input of blocks: kept until the block that runs, or the next one, takes it.
/// Thread-safe.
final class BlockInput {
    /// More than a program takes while a client sends the next bytes.
    private static final long ROOM = 1 << 20;

    /// What bytes that came together take beside themselves, roughly.
    private static final int WEIGHT = 256;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();

    @GuardedBy("lock") private final ArrayDeque<Piece> pieces = new ArrayDeque<>();

    @GuardedBy("lock") private long waiting;

    private record Piece(ByteBuffer data, boolean eof) {}

    /// Ends the feeding of one block. What it did not take is for the next one.
    interface Feeding extends AutoCloseable {
        @Override
        void close();
    }

    /// Takes bytes. Never blocks.
    ///
    /// @throws RefusedException when too much waits already
    void add(ByteBuffer data, boolean eof) throws RefusedException {
        lock.lock();
        try {
            if (!pieces.isEmpty() && waiting + WEIGHT + data.remaining() > ROOM) {
                throw new RefusedException(
                        new Refusal.TenantQuotaExceeded("standard input that waits", RETRY_AFTER),
                        "the block takes its input more slowly than it is sent; retry later");
            }
            waiting += WEIGHT + data.remaining();
            pieces.addLast(new Piece(data, eof));
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Brings a block what there is and what comes, until it is closed.
    Feeding feed(Tenant tenant, String execution, Executions executions) {
        var thread = Thread.ofVirtual().name("stdin-" + execution).start(() -> {
            try {
                pump(tenant, execution, executions);
            } catch (InterruptedException | RefusedException _) {
                // The block has ended, or takes nothing more.
            }
        });
        return () -> end(thread);
    }

    /// The next block's feeding must not begin before.
    private static void end(Thread thread) {
        thread.interrupt();
        var interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void pump(Tenant tenant, String execution, Executions executions)
            throws RefusedException, InterruptedException {
        var offset = 0L;
        for (var eof = false; !eof; ) {
            var piece = first();
            var taken = executions.writeStdin(
                    tenant, execution, offset, piece.data().duplicate(), piece.eof());
            drop(piece, (int) (taken.offset() - offset), taken.eof());
            offset = taken.offset();
            eof = taken.eof();
        }
    }

    private Piece first() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (pieces.isEmpty()) {
                arrived.await();
            }
            return pieces.getFirst();
        } finally {
            lock.unlock();
        }
    }

    private void drop(Piece piece, int bytes, boolean eof) {
        lock.lock();
        try {
            piece.data().position(piece.data().position() + bytes);
            waiting -= bytes;
            if (!piece.data().hasRemaining() && piece.eof() == eof) {
                pieces.removeFirst();
                waiting -= WEIGHT;
            }
        } finally {
            lock.unlock();
        }
    }
}
