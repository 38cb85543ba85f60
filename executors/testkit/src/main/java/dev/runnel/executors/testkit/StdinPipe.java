package dev.runnel.executors.testkit;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// The pipe of a fake program's standard input. Guarded by its [FakeProcess].
final class StdinPipe {
    private final ByteBuffer bytes = ByteBuffer.allocate(FakeProcess.PIPE_BYTES);
    private boolean closed;

    int room() {
        return bytes.remaining();
    }

    /// An empty buffer closes.
    void write(ByteBuffer more) {
        closed |= !more.hasRemaining();
        bytes.put(more);
    }

    boolean canRead() {
        return closed || bytes.position() > 0;
    }

    byte[] read(int atMost) {
        var taken = Math.min(atMost, bytes.position());
        var result = Arrays.copyOf(bytes.array(), taken);
        bytes.flip().position(taken);
        bytes.compact();
        return result;
    }
}
