package dev.runnel.executors.spi;

import java.nio.ByteBuffer;

/// Where a run's output goes.
///
/// [#started()] comes once, then [#output] any number of times, from one thread; [#ended()] comes from any
/// thread.
public interface OutputSink {
    /// The program has been started; its wall time counts from here.
    void started();

    /// Takes bytes that the program wrote, in the order of reading. Blocks while the reader is slow, and so
    /// slows the
    /// program.
    ///
    /// @param data 1 to 65,536 bytes, handed over: the caller does not touch the buffer or what backs it again
    /// @throws InterruptedException nothing of `data` was taken: the run is being cancelled, [#ended()]
    ///     follows, and the same buffer, its position unmoved, comes once more
    void output(Stream stream, ByteBuffer data) throws InterruptedException;

    /// The program is dead or being killed. What still comes is bounded by a small constant and must be taken
    /// at once:
    /// an [#output] that blocks in another thread returns promptly, later ones don't block. A second call does
    /// nothing.
    void ended();

    /// Which of the program's streams.
    enum Stream {
        STDOUT,
        STDERR
    }
}
