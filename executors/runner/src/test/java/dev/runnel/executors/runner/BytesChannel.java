package dev.runnel.executors.runner;

import java.nio.ByteBuffer;
import java.util.Random;

/// Reads from an array, in pieces of random length.
final class BytesChannel implements Channel {
    private final ByteBuffer bytes;
    private final Random cuts;

    BytesChannel(byte[] bytes, long seed) {
        this.bytes = ByteBuffer.wrap(bytes);
        this.cuts = new Random(seed);
    }

    @Override
    public int read(ByteBuffer target) {
        if (!bytes.hasRemaining()) {
            return -1;
        }
        var most = Math.min(target.remaining(), bytes.remaining());
        var piece = 1 + cuts.nextInt(most);
        target.put(bytes.slice(bytes.position(), piece));
        bytes.position(bytes.position() + piece);
        return piece;
    }

    @Override
    public void write(ByteBuffer source) {
        throw new UnsupportedOperationException("nobody writes here");
    }

    @Override
    public void close() {}
}
