package dev.runnel.server.execution;

import dev.runnel.executors.spi.OutputSink.Stream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;

/// The newest output while nobody has seen it yet: small writes gather here, so that a slow reader gets few
/// large events instead of many small ones. Not thread-safe.
final class OutputTail {
    /// Most bytes of one event.
    static final int MAX_BYTES = 65_536;

    private final long sequence;
    private final Instant time;
    private final Stream stream;
    private final long offset;
    private byte[] bytes;
    private int length;

    OutputTail(long sequence, Instant time, Stream stream, long offset, ByteBuffer data) {
        this.sequence = sequence;
        this.time = time;
        this.stream = stream;
        this.offset = offset;
        bytes = new byte[data.remaining()];
        append(data);
    }

    /// Whether these bytes may become part of the same event.
    boolean takes(Stream from, ByteBuffer data) {
        return from == stream && length + data.remaining() <= MAX_BYTES;
    }

    void append(ByteBuffer data) {
        var count = data.remaining();
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(MAX_BYTES, Math.max(length + count, 2 * bytes.length)));
        }
        data.get(bytes, length, count);
        length += count;
    }

    int weight() {
        return Event.WEIGHT + length;
    }

    /// The event, which does not change from here on.
    Event seal() {
        var exact = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        return new Event(sequence, time, new Kind.Output(stream, offset, ByteBuffer.wrap(exact)));
    }
}
