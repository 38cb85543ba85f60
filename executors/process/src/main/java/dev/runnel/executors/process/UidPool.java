package dev.runnel.executors.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.process.ProcessExecutorConfig.UidRange;
import dev.runnel.executors.spi.SandboxException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Host uids for concurrent sandboxes: each has its own, so that no per-uid counter of the kernel (inotify, pipe pages,
/// queued signals) and no signal crosses from one to another.
///
/// A uid is taken by a lock on its byte of a file, so daemons that share the runtime directory share the range, and
/// what a dead daemon had is free.
final class UidPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UidPool.class);

    private final UidRange range;
    private final FileChannel file;
    private final ReentrantLock lock = new ReentrantLock();

    /// Taken by this pool, by distance from the range's first; a leased uid and one that still has processes are.
    @GuardedBy("lock") private final BitSet taken = new BitSet();

    @GuardedBy("lock") private int next;

    private UidPool(UidRange range, FileChannel file) {
        this.range = range;
        this.file = file;
    }

    static UidPool open(UidRange range, Path file) throws IOException {
        return new UidPool(range, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    }

    /// A uid that nobody else has, and of which nothing is alive.
    ///
    /// @throws SandboxException with [SandboxException.Reason.Exhausted]
    Lease acquire() throws SandboxException {
        lock.lock();
        try {
            for (var tried = 0; tried < range.count(); tried++) {
                var offset = next;
                next = (next + 1) % range.count();
                var held = taken.get(offset) ? null : tryLock(range.first() + offset);
                if (held != null) {
                    taken.set(offset);
                    return new Lease(range.first() + offset, held);
                }
            }
        } finally {
            lock.unlock();
        }
        throw new SandboxException(
                new SandboxException.Reason.Exhausted(),
                "all " + range.count() + " uids from " + range.first()
                        + " are in use by sandboxes; raise the executor's uid range or try again later");
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("the uid lock file could not be closed", e);
        }
    }

    private @Nullable FileLock tryLock(int uid) {
        try {
            return file.tryLock(uid, 1, false);
        } catch (OverlappingFileLockException _) {
            return null; // another pool in this process has it
        } catch (IOException e) {
            LOG.warn("uid {} could not be locked", uid, e);
            return null;
        }
    }

    /// A uid for one sandbox.
    final class Lease {
        private final int uid;
        private final FileLock held;

        private Lease(int uid, FileLock held) {
            this.uid = uid;
            this.held = held;
        }

        OptionalInt uid() {
            return OptionalInt.of(uid);
        }

        /// Gives it back. A uid that still has processes stays taken.
        ///
        /// @param proven that nothing of it is alive is known already; otherwise /proc is asked
        void release(boolean proven) {
            try {
                if (!proven && !ProcTable.ownedBy(uid).isEmpty()) {
                    LOG.warn("processes of uid {} outlived their sandbox; the uid is not used again", uid);
                    return;
                }
                held.release();
                forget(uid - range.first());
            } catch (IOException e) {
                LOG.warn("uid {} could not be given back", uid, e);
            }
        }
    }

    private void forget(int offset) {
        lock.lock();
        try {
            taken.clear(offset);
        } finally {
            lock.unlock();
        }
    }
}
