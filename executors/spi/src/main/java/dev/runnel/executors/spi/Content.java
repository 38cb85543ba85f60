package dev.runnel.executors.spi;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Bytes that can be read more than once and whose length is known.
public sealed interface Content {
    long size();

    /// The caller closes the stream.
    InputStream open() throws IOException;

    static Content of(byte[] bytes) {
        return new Inline(bytes);
    }

    /// Bytes in memory.
    ///
    /// @param bytes not copied: nobody may change them afterwards
    @SuppressWarnings("ArrayRecordComponent") // identity is enough, and a copy of each program is not
    record Inline(byte[] bytes) implements Content {
        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes);
        }
    }

    /// Bytes in a file of the daemon's own (never a guest's), which does not change while it is used.
    record InFile(Path file, long size) implements Content {
        @Override
        public InputStream open() throws IOException {
            return Files.newInputStream(file);
        }
    }
}
