package dev.runnel.server.content;

import dev.runnel.executors.spi.Content;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/// Content that does not expire until this is closed.
public final class HeldContent implements AutoCloseable {
    private final Path file;
    private final long size;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();

    HeldContent(Path file, long size, Runnable release) {
        this.file = file;
        this.size = size;
        this.release = release;
    }

    public long size() {
        return size;
    }

    /// For a program or a workspace; good until this is closed.
    public Content content() {
        return new Content.InFile(file, size);
    }

    /// For ranges; the caller closes it.
    public FileChannel open() throws IOException {
        return FileChannel.open(file);
    }

    /// The content counts as used now, and may expire later. A second call does nothing.
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release.run();
        }
    }
}
