package dev.runnel.executors.runner;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one executor has in its runtime directory: a lock that the kernel opens when the daemon dies, and a folder with
/// a folder for each sandbox, named by its nonce.
///
/// Locks are those of fcntl(2), which belong to the process: another executor in the same process may not open the
/// lock file of this one, and [#reapDead] doesn't.
public final class InstanceDirectory implements AutoCloseable {
    /// The name of a sandbox's socket, in its folder.
    public static final String SOCKET = "s";

    private static final String LOCK_SUFFIX = ".lock";
    /// unix(7): sun_path has 108 bytes, the last one 0.
    private static final int MAX_SOCKET_PATH = 107;

    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final Logger LOG = LoggerFactory.getLogger(InstanceDirectory.class);

    private final Path directory;
    private final FileChannel lockFile;
    private final Reaping reaping;

    private InstanceDirectory(Path directory, FileChannel lockFile, Reaping reaping) {
        this.directory = directory;
        this.lockFile = lockFile;
        this.reaping = reaping;
    }

    /// Ends what an instance has besides its folder. Whoever calls it holds the instance's lock.
    @FunctionalInterface
    public interface Reaping {
        /// Ends it all, or fails and is called again by the next daemon.
        ///
        /// @param directory the instance's; may be gone already
        void reap(Path directory) throws IOException;
    }

    /// Makes the runtime directory if it is missing.
    ///
    /// @param reaping for the end of this instance
    /// @throws IOException also when the path is too long for a socket in it
    public static InstanceDirectory create(Path runtime, Reaping reaping) throws IOException {
        Files.createDirectories(runtime);
        Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwx------"));
        while (true) {
            var directory = runtime.resolve(ownPrefix() + Nonce.random(3));
            checkLength(directory.resolve(Nonce.random(Nonce.BYTES)).resolve(SOCKET));
            var lockFile = FileChannel.open(lockOf(directory), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            var lock = lockFile.tryLock();
            // A reaper may have taken the file for a dead daemon's before it was locked.
            if (lock != null && Files.exists(lockOf(directory))) {
                makePrivate(directory);
                return new InstanceDirectory(directory, lockFile, reaping);
            }
            lockFile.close();
        }
    }

    /// Reaps every instance in `runtime` whose daemon is dead. What can't be reaped is left for the next time.
    ///
    /// @return whether nothing had to be left
    public static boolean reapDead(Path runtime, Reaping reaping) throws IOException {
        if (!Files.isDirectory(runtime)) {
            return true;
        }
        var all = true;
        for (var lock : list(runtime)) {
            var name = lock.getFileName().toString();
            if (name.endsWith(LOCK_SUFFIX) && !name.startsWith(ownPrefix())) {
                all &= reapIfDead(lock, reaping);
            }
        }
        return all;
    }

    private static boolean reapIfDead(Path lock, Reaping reaping) {
        try (var file = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            if (file.tryLock() == null) {
                return true;
            }
            var name = lock.getFileName().toString();
            var directory = lock.resolveSibling(name.substring(0, name.length() - LOCK_SUFFIX.length()));
            LOG.info("removing what a dead daemon left in {}", directory);
            remove(directory, reaping);
            return true;
        } catch (IOException | OverlappingFileLockException e) {
            LOG.warn("what belongs to {} could not be removed", lock, e);
            return false;
        }
    }

    /// Whether the instance of that name may live: it has a lock file in `runtime`, which [#reapDead] looks at,
    /// or a process has its daemon's pid. For instances of daemons in this pid namespace, whatever became of
    /// their folder.
    public static boolean mayLive(Path runtime, String name) {
        if (name.startsWith(ownPrefix()) || Files.exists(lockOf(runtime.resolve(name)))) {
            return true;
        }
        try {
            var pid = Long.parseLong(name.substring(0, Math.max(0, name.indexOf('-'))));
            return pid != ProcessHandle.current().pid() && ProcessHandle.of(pid).isPresent();
        } catch (NumberFormatException _) {
            return true;
        }
    }

    private static void remove(Path directory, Reaping reaping) throws IOException {
        reaping.reap(directory);
        if (Files.isDirectory(directory)) {
            removeTree(directory);
        }
        Files.deleteIfExists(lockOf(directory));
    }

    private static void checkLength(Path socket) throws IOException {
        var over = socket.toString().getBytes(StandardCharsets.UTF_8).length - MAX_SOCKET_PATH;
        if (over > 0) {
            throw new IOException("the runtime directory's path is " + over
                    + " bytes too long for Unix sockets in it: configure a shorter one");
        }
    }

    /// Every executor of this process has a folder that starts so.
    private static String ownPrefix() {
        var self = ProcessHandle.current();
        var started = self.info().startInstant().orElseThrow().toEpochMilli();
        return self.pid() + "-" + Long.toString(started, Character.MAX_RADIX) + "-";
    }

    private static Path lockOf(Path directory) {
        return directory.resolveSibling(directory.getFileName() + LOCK_SUFFIX);
    }

    /// A name for this executor, unique on the machine.
    public String name() {
        return directory.getFileName().toString();
    }

    /// The instance's own folder, which only this user can enter.
    public Path directory() {
        return directory;
    }

    /// Where the sandbox with this nonce has its folder; not made yet.
    public Path sandboxDirectory(String nonce) {
        return directory.resolve(nonce);
    }

    /// Makes a folder that only this user can enter.
    public static void makePrivate(Path directory) throws IOException {
        Files.createDirectory(directory, PRIVATE);
    }

    /// Removes a folder of the daemon's own. Links in it are removed, not followed.
    public static void removeTree(Path directory) throws IOException {
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

    /// Removes everything.
    @Override
    public void close() {
        try (lockFile) {
            remove(directory, reaping);
        } catch (IOException e) {
            LOG.warn("{} could not be removed; the next daemon tries again", directory, e);
        }
    }
}
