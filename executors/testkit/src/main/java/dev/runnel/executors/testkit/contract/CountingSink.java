package dev.runnel.executors.testkit.contract;

import dev.runnel.executors.spi.OutputSink;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/// Counts what comes, by whether it is an `x`, and keeps nothing.
final class CountingSink implements OutputSink {
    private final AtomicLong right = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();

    @Override
    public void started() {}

    @Override
    public void output(Stream stream, ByteBuffer data) {
        var good = 0;
        var all = data.remaining();
        while (data.hasRemaining()) {
            good += data.get() == 'x' ? 1 : 0;
        }
        right.addAndGet(good);
        wrong.addAndGet(all - good);
    }

    @Override
    public void ended() {}

    long right() {
        return right.get();
    }

    long wrong() {
        return wrong.get();
    }
}
