package dev.runnel.server.execution;

import dev.runnel.executors.spi.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Disk for events, with a bound for all of them together. Thread-safe.
public final class Spool {
    private final Path directory;
    private final DataSize quota;
    private final AtomicLong reserved = new AtomicLong();
    private final AtomicLong files = new AtomicLong();

    private Spool(Path directory, DataSize quota) {
        this.directory = directory;
        this.quota = quota;
    }

    /// An empty spool.
    ///
    /// @param directory the spool's alone; made here
    public static Spool open(Path directory, DataSize quota) throws IOException {
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return new Spool(directory, quota);
    }

    /// A new file for events.
    ///
    /// @param expected bytes that are kept free for it, whoever else writes
    /// @return absent when there is no room
    Optional<SpoolFile> file(long expected) throws IOException {
        if (!reserve(expected)) {
            return Optional.empty();
        }
        try {
            var path = directory.resolve(Long.toString(files.getAndIncrement()));
            return Optional.of(SpoolFile.create(path, this, expected));
        } catch (IOException e) {
            release(expected);
            throw e;
        }
    }

    boolean reserve(long bytes) {
        if (reserved.addAndGet(bytes) <= quota.bytes()) {
            return true;
        }
        reserved.addAndGet(-bytes);
        return false;
    }

    void release(long bytes) {
        reserved.addAndGet(-bytes);
    }

    /// Bytes that are taken or kept free.
    long reserved() {
        return reserved.get();
    }
}
