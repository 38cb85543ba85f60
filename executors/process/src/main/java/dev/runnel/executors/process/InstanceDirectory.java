package dev.runnel.executors.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one executor has in the runtime directory: a lock that the kernel opens when the daemon dies, and a folder with
/// a folder for each sandbox, named by its nonce.
///
/// Locks are those of fcntl(2), which belong to the process: another executor in the same process may not open the
/// lock file of this one, and [Reaper] doesn't.
final class InstanceDirectory implements AutoCloseable {
    static final String LOCK_SUFFIX = ".lock";
    /// unix(7): sun_path has 108 bytes, the last one 0.
    private static final int MAX_SOCKET_PATH = 107;

    private static final String CGROUPS = "cgroups";
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final Logger LOG = LoggerFactory.getLogger(InstanceDirectory.class);

    private final Path directory;
    private final FileChannel lockFile;

    private InstanceDirectory(Path directory, FileChannel lockFile) {
        this.directory = directory;
        this.lockFile = lockFile;
    }

    /// Makes the runtime directory if it is missing.
    ///
    /// @throws IOException also when its path is too long for a socket in it
    static InstanceDirectory create(Path runtime, Daemon daemon) throws IOException {
        Files.createDirectories(runtime);
        Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwx------"));
        while (true) {
            var directory = runtime.resolve(namePrefix(daemon) + Nonce.random(3));
            checkLength(directory.resolve(Nonce.random(Nonce.BYTES)).resolve(Footprint.SOCKET));
            var lockFile = FileChannel.open(lockOf(directory), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            var lock = lockFile.tryLock();
            // A reaper may have taken the file for a dead daemon's before it was locked.
            if (lock != null && Files.exists(lockOf(directory))) {
                makePrivate(directory);
                return new InstanceDirectory(directory, lockFile);
            }
            lockFile.close();
        }
    }

    private static void checkLength(Path socket) throws IOException {
        var over = socket.toString().getBytes(StandardCharsets.UTF_8).length - MAX_SOCKET_PATH;
        if (over > 0) {
            throw new IOException("the runtime directory's path is " + over
                    + " bytes too long for Unix sockets in it: configure a shorter one");
        }
    }

    /// Every executor of this process has a folder that starts so.
    static String namePrefix(Daemon daemon) {
        return daemon.pid() + "-" + Long.toString(daemon.started(), Character.MAX_RADIX) + "-";
    }

    static Path lockOf(Path directory) {
        return directory.resolveSibling(directory.getFileName() + LOCK_SUFFIX);
    }

    /// A name for this executor, unique on the machine.
    String name() {
        return directory.getFileName().toString();
    }

    Path etc() {
        return directory.resolve("etc");
    }

    Path sandboxDirectory(String nonce) {
        return directory.resolve(nonce);
    }

    static void makePrivate(Path directory) throws IOException {
        Files.createDirectory(directory, PRIVATE);
    }

    /// Writes down cgroups that are about to be made.
    void recordCgroups(List<Path> cgroups) throws IOException {
        Files.write(
                directory.resolve(CGROUPS),
                cgroups.stream().map(Path::toString).toList(),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    static List<Path> recordedCgroups(Path directory) throws IOException {
        var record = directory.resolve(CGROUPS);
        return Files.exists(record)
                ? Files.readAllLines(record).stream().map(Path::of).toList()
                : List.of();
    }

    /// Removes everything, cgroups too.
    @Override
    public void close() {
        try (lockFile) {
            Reaper.reap(directory);
        } catch (IOException e) {
            LOG.warn("{} could not be removed; the next daemon tries again", directory, e);
        }
    }
}
