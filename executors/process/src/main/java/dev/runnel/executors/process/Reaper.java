package dev.runnel.executors.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes what dead daemons left: processes, cgroups, folders. Mounts need no reaping: they are in mount namespaces
/// that end with their last process.
final class Reaper {
    private static final Duration KILLED = Duration.ofSeconds(2);
    private static final Duration CGROUP_BUSY = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);

    private Reaper() {}

    /// Reaps everything in `runtime` whose daemon is dead.
    static void reapDead(Path runtime, Daemon daemon) throws IOException {
        if (!Files.isDirectory(runtime)) {
            return;
        }
        for (var lock : list(runtime)) {
            var name = lock.getFileName().toString();
            if (name.endsWith(InstanceDirectory.LOCK_SUFFIX)
                    && !name.startsWith(InstanceDirectory.namePrefix(daemon))) {
                reapIfDead(lock);
            }
        }
    }

    private static void reapIfDead(Path lock) {
        try (var file = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            if (file.tryLock() == null) {
                return;
            }
            var name = lock.getFileName().toString();
            var directory =
                    lock.resolveSibling(name.substring(0, name.length() - InstanceDirectory.LOCK_SUFFIX.length()));
            LOG.info("removing what a dead daemon left in {}", directory);
            reap(directory);
        } catch (IOException | OverlappingFileLockException e) {
            LOG.warn("what belongs to {} could not be removed", lock, e);
        }
    }

    /// Kills what is left of an instance's sandboxes and removes its cgroups, its folder and, last, its lock file.
    /// Whoever calls this holds the lock.
    static void reap(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            for (var sandbox : list(directory)) {
                if (Files.isDirectory(sandbox)) {
                    ProcTable.kill(ProcTable.with(sandbox.getFileName().toString()), KILLED);
                }
            }
            for (var cgroup : InstanceDirectory.recordedCgroups(directory)) {
                removeCgroups(cgroup);
            }
            removeTree(directory);
        }
        Files.deleteIfExists(InstanceDirectory.lockOf(directory));
    }

    private static void removeCgroups(Path parent) throws IOException {
        if (!Files.isDirectory(parent)) {
            return;
        }
        var cgroup = SandboxCgroup.shared(List.of(parent), List.of());
        cgroup.kill();
        if (!cgroup.remove(CGROUP_BUSY)) {
            throw new IOException("cgroup " + parent + " still has processes after " + CGROUP_BUSY);
        }
    }

    /// Removes a folder of the daemon's own. Links in it are removed, not followed.
    static void removeTree(Path directory) throws IOException {
        try (var tree = Files.walk(directory)) {
            for (var file : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.toList();
        }
    }
}
