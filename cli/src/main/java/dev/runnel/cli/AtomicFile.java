package dev.runnel.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/// A file that is there whole or not at all: written beside its place, then renamed over it. A link in its
/// place is replaced, not followed.
///
/// @param target where it goes; folders on the way are made
record AtomicFile(Path target) {
    /// What writes the bytes.
    interface Content {
        void writeTo(OutputStream out) throws IOException, InterruptedException;
    }

    /// @param size of what will be written at most
    /// @throws IOException also when more than `size` bytes come; the target is as it was then
    void write(long size, boolean executable, Content content) throws IOException, InterruptedException {
        var folder = target.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(target + " has no folder to be written in");
        }
        Files.createDirectories(folder);
        var beside = folder.resolve(".runnel-" + UUID.randomUUID());
        try {
            try (var out = new Bounded(
                    Files.newOutputStream(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), size)) {
                content.writeTo(out);
            }
            if (executable) {
                Files.setPosixFilePermissions(beside, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /// Refuses the first byte that is too many.
    private static final class Bounded extends FilterOutputStream {
        private long left;

        Bounded(OutputStream out, long size) {
            super(out);
            left = size;
        }

        @Override
        public void write(int b) throws IOException {
            take(1);
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            take(length);
            out.write(bytes, offset, length);
        }

        private void take(int length) throws IOException {
            if (length > left) {
                throw new IOException("more bytes came than were announced");
            }
            left -= length;
        }
    }
}
