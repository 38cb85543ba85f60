package dev.runnel.executors.process;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.runner.UidPool;
import dev.runnel.executors.runner.UidRange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everything one sandbox has on the host, and how all of it goes away: a folder, cgroups, uids, and processes.
///
/// Thread-safe.
final class Footprint {
    /// The runner dies of the end of its channel, and everything in the sandbox with it.
    private static final Duration BY_ITSELF = Duration.ofMillis(700);

    private static final Duration KILLED = Duration.ofMillis(700);
    private static final Duration CGROUP_BUSY = Duration.ofMillis(300);
    private static final int MAX_COMPLAINT = 2048;
    private static final Logger LOG = LoggerFactory.getLogger(Footprint.class);

    private final String nonce;
    private final Path directory;
    private final Optional<UidPool.Lease> uids;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private SandboxCgroup cgroup = SandboxCgroup.NONE;

    @GuardedBy("lock") private @Nullable Process process;

    @GuardedBy("lock") private List<ProcessHandle> innermost = List.of();

    @GuardedBy("lock") private boolean destroyed;

    /// @param nonce names the folder and stands on the command line of every process that Runnel starts for this
    ///     sandbox
    Footprint(String nonce, Path directory, Optional<UidPool.Lease> uids) {
        this.nonce = nonce;
        this.directory = directory;
        this.uids = uids;
    }

    String nonce() {
        return nonce;
    }

    /// Absent where everything has the daemon's own.
    Optional<UidRange> uids() {
        return uids.map(UidPool.Lease::uids);
    }

    void makeDirectory() throws IOException {
        InstanceDirectory.makePrivate(directory);
    }

    /// From here on it is destroyed with the rest.
    SandboxCgroup add(SandboxCgroup made) {
        lock.lock();
        try {
            cgroup = made;
            return made;
        } finally {
            lock.unlock();
        }
    }

    Path socket() {
        return directory.resolve(InstanceDirectory.SOCKET);
    }

    /// Where launcher, bubblewrap and runner complain.
    Path complaints() {
        return directory.resolve("stderr");
    }

    /// What they said so far, cut where it gets long.
    String complaint() {
        try (var file = Files.newInputStream(complaints())) {
            return new String(file.readNBytes(MAX_COMPLAINT), StandardCharsets.UTF_8).strip();
        } catch (IOException _) {
            return "";
        }
    }

    /// Remembers the sandbox's pid 1, now that it is there, so that its end can be waited for whatever becomes of
    /// bubblewrap.
    void rememberInnermost() {
        lock.lock();
        try {
            if (process != null && cgroup.directories().isEmpty()) {
                innermost = ProcTable.children(process.pid());
            }
        } finally {
            lock.unlock();
        }
    }

    /// What they said, after waiting a moment for their end.
    String lastWords() {
        lock.lock();
        try {
            if (process != null) {
                endsWithin(process, BY_ITSELF);
            }
        } finally {
            lock.unlock();
        }
        return complaint();
    }

    /// Starts the sandbox's outermost process.
    ///
    /// @throws IOException also when the sandbox has been destroyed already
    Process start(ProcessBuilder builder) throws IOException {
        lock.lock();
        try {
            if (destroyed) {
                throw new IOException("the sandbox was destroyed while it was being opened");
            }
            process = builder.start();
            return process;
        } finally {
            lock.unlock();
        }
    }

    /// Kills and removes all of it; the channel must be closed already. Takes at most two seconds. A second call waits
    /// for the first.
    void destroy() {
        // On a thread that nobody interrupts: who cancels an opening or a run must not get a worse destruction.
        var thread = Thread.ofVirtual().name("destroy-sandbox").start(this::destroyOnce);
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

    private void destroyOnce() {
        lock.lock();
        try {
            if (!destroyed) {
                destroyed = true;
                var dead = end();
                var gone = removeCgroup();
                removeDirectory();
                uids.ifPresent(lease -> lease.release(dead && gone));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whether everything in the sandbox is known to be dead.
    @GuardedBy("lock") private boolean end() {
        if (process == null) {
            return true;
        }
        if (endsWithin(process, BY_ITSELF)) {
            // Bubblewrap ends after the sandbox's pid 1, so after all of it, unless somebody killed it. With cgroups
            // their removal proves that.
            return !cgroup.directories().isEmpty() || kill(innermost.isEmpty() ? ProcTable.with(nonce) : innermost);
        }
        LOG.warn("sandbox {} did not end with its channel and is killed", nonce);
        cgroup.kill();
        return kill(ProcTable.with(nonce));
    }

    private boolean kill(List<ProcessHandle> processes) {
        if (ProcTable.kill(processes, KILLED)) {
            return true;
        }
        LOG.error("sandbox {} could not be killed: {}", nonce, processes);
        return false;
    }

    private static boolean endsWithin(Process process, Duration time) {
        try {
            return process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @GuardedBy("lock") private boolean removeCgroup() {
        var gone = cgroup.remove(CGROUP_BUSY);
        if (!gone) {
            LOG.warn("cgroups of sandbox {} are still busy and are left for the end of the daemon", nonce);
        }
        return gone;
    }

    private void removeDirectory() {
        try {
            InstanceDirectory.removeTree(directory);
        } catch (IOException e) {
            LOG.warn("{} could not be removed", directory, e);
        }
    }
}
