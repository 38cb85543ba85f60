package dev.runnel.executors.spi;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;

/// What comes to a program while it runs: standard input and signals.
///
/// A sandbox pulls from two virtual threads of its own, one for each method, and interrupts them when the
/// program has
/// ended.
public interface ProgramInput {
    /// Blocks until there is standard input, and returns at most `atMost` bytes of it; an empty buffer is its
    /// end,
    /// after
    /// which this is not called again.
    ByteBuffer readStdin(int atMost) throws InterruptedException;

    /// Blocks until a signal is to be sent to the program's process group, and returns its number (signal(7)).
    int nextSignal() throws InterruptedException;

    /// Closed standard input, no signals.
    static ProgramInput none() {
        return of(new byte[0]);
    }

    /// Exactly these bytes on standard input, no signals.
    static ProgramInput of(byte[] stdin) {
        var remaining = ByteBuffer.wrap(stdin).asReadOnlyBuffer();
        return new ProgramInput() {
            @Override
            public ByteBuffer readStdin(int atMost) {
                var piece = remaining.slice(remaining.position(), Math.min(atMost, remaining.remaining()));
                remaining.position(remaining.position() + piece.remaining());
                return piece;
            }

            @Override
            public int nextSignal() throws InterruptedException {
                new CountDownLatch(1).await();
                throw new AssertionError("a latch nobody counts down was opened");
            }
        };
    }
}
