package dev.runnel.executors.runner;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A duplex byte stream to a runner.
///
/// One thread reads while another writes; [#close()] comes from any thread and makes both fail. An interrupt of
/// a thread inside may close the channel, therefore only [RunnerConnection]'s own threads ever are.
public interface Channel extends AutoCloseable {
    /// Reads at least one byte; -1 at the end.
    int read(ByteBuffer target) throws IOException;

    /// Writes all of it.
    void write(ByteBuffer source) throws IOException;

    /// Idempotent, never throws.
    @Override
    void close();
}
