package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.SandboxException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Host uids for concurrent sandboxes: each has its own, so that no per-uid counter of the kernel (inotify, pipe pages,
/// queued signals) and no signal crosses from one to another.
///
/// A uid is taken by a lock on its byte of a file, so daemons that share the runtime directory share the range, and
/// what a dead daemon had is free. A nursery takes several that follow each other, because its user namespace is
/// described by ranges.
public final class UidPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UidPool.class);

    private final UidRange range;
    private final FileChannel file;
    private final Survivors survivors;
    private final ReentrantLock lock = new ReentrantLock();

    /// Taken by this pool, by distance from the range's first; a leased uid and one that still has processes are.
    @GuardedBy("lock") private final BitSet taken = new BitSet();

    @GuardedBy("lock") private int next;

    private UidPool(UidRange range, FileChannel file, Survivors survivors) {
        this.range = range;
        this.file = file;
        this.survivors = survivors;
    }

    /// Several may be open on one file.
    ///
    /// @param file with the locks
    /// @param survivors asked before uids are used again of which it is not known that nothing of them is alive
    public static UidPool open(UidRange range, Path file, Survivors survivors) throws IOException {
        return new UidPool(
                range, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE), survivors);
    }

    /// Tells whether something of these uids may be alive.
    @FunctionalInterface
    public interface Survivors {
        boolean mayLive(UidRange uids) throws IOException;
    }

    /// As many uids in a row as wanted that nobody else has, and of which nothing is alive.
    ///
    /// @throws SandboxException with [SandboxException.Reason.Exhausted]
    public Lease acquire(int count) throws SandboxException {
        lock.lock();
        try {
            for (var tried = 0; tried < range.count(); tried++) {
                var offset = next;
                next = (next + 1) % range.count();
                var held = isFree(offset, count) ? tryLock(range.first() + offset, count) : null;
                if (held != null) {
                    taken.set(offset, offset + count);
                    next = (offset + count) % range.count();
                    return new Lease(new UidRange(range.first() + offset, count), held);
                }
            }
        } finally {
            lock.unlock();
        }
        throw new SandboxException(
                new SandboxException.Reason.Exhausted(),
                "no " + count + " of the " + range.count() + " uids from " + range.first()
                        + " are free: sandboxes have them; raise the executor's uid range or try again later");
    }

    @GuardedBy("lock") private boolean isFree(int offset, int count) {
        if (offset + count > range.count()) {
            return false;
        }
        var firstTaken = taken.nextSetBit(offset);
        return firstTaken < 0 || firstTaken >= offset + count;
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("the uid lock file could not be closed", e);
        }
    }

    private @Nullable FileLock tryLock(int uid, int count) {
        try {
            return file.tryLock(uid, count, false);
        } catch (OverlappingFileLockException _) {
            return null; // another pool in this process has it
        } catch (IOException e) {
            LOG.warn("{} uids from {} could not be locked", count, uid, e);
            return null;
        }
    }

    /// Uids for one sandbox.
    public final class Lease {
        private final UidRange uids;
        private final FileLock held;

        private Lease(UidRange uids, FileLock held) {
            this.uids = uids;
            this.held = held;
        }

        public UidRange uids() {
            return uids;
        }

        /// Gives them back. Uids that still have processes stay taken.
        ///
        /// @param proven that nothing of them is alive is known already; otherwise [Survivors] are asked
        public void release(boolean proven) {
            try {
                if (!proven && survivors.mayLive(uids)) {
                    LOG.warn("processes of uids {} outlived their sandbox; the uids are not used again", uids);
                    return;
                }
                held.release();
                forget(uids);
            } catch (IOException e) {
                LOG.warn("uids {} could not be given back", uids, e);
            }
        }
    }

    private void forget(UidRange uids) {
        var offset = uids.first() - range.first();
        lock.lock();
        try {
            taken.clear(offset, offset + uids.count());
        } finally {
            lock.unlock();
        }
    }
}
