package dev.runnel.server.instance;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where one instance of the daemon keeps content and events. It holds a lock in it while it lives, so that a
/// later instance can tell what was left by one that was killed, and removes that when it starts.
public final class InstanceDirectory implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(InstanceDirectory.class);
    private static final String PREFIX = "instance-";
    private static final String LOCK = "lock";

    private final String id;
    private final Path directory;
    private final FileChannel lock;

    private InstanceDirectory(String id, Path directory, FileChannel lock) {
        this.id = id;
        this.directory = directory;
        this.lock = lock;
    }

    /// Removes what dead instances left in `runtimeDirectory`, then makes a new directory with a new id.
    public static InstanceDirectory open(Path runtimeDirectory) throws IOException {
        reap(runtimeDirectory);
        var id = UUID.randomUUID().toString();
        var directory = Files.createDirectory(
                runtimeDirectory.resolve(PREFIX + id),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var lock = tryLock(directory);
        if (lock == null) {
            throw new IOException(directory + " was taken by another daemon while it was made: start again");
        }
        return new InstanceDirectory(id, directory, lock);
    }

    /// Random, new at each start.
    public String id() {
        return id;
    }

    /// The directory, mode 0700.
    public Path path() {
        return directory;
    }

    /// Removes the directory with everything in it.
    @Override
    public void close() throws IOException {
        try (lock) {
            remove(directory);
        }
    }

    private static void reap(Path runtimeDirectory) throws IOException {
        try (var left = Files.newDirectoryStream(runtimeDirectory, PREFIX + "*")) {
            for (var directory : left) {
                try (var lock = tryLock(directory)) {
                    if (lock != null) {
                        remove(directory);
                        log.atInfo().addKeyValue("directory", directory).log("removed what a dead daemon left");
                    }
                } catch (NoSuchFileException _) {
                    // another daemon that starts just now was faster
                }
            }
        }
    }

    /// Absent when another instance holds the lock, in this process or another.
    private static @Nullable FileChannel tryLock(Path directory) throws IOException {
        var channel = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException _) {
            // held by another daemon in this process
        }
        channel.close();
        return null;
    }

    private static void remove(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException problem) throws IOException {
                if (problem != null) {
                    throw problem;
                }
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
