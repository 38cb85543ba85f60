package dev.runnel.executors.docker;

import dev.runnel.executors.spi.OutputSink;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/// Remembers what a run has shown, for one whose runner can't report any more.
final class Witness implements OutputSink {
    private final OutputSink delegate;
    private final AtomicLong stdout = new AtomicLong();
    private final AtomicLong stderr = new AtomicLong();
    private volatile OptionalLong started = OptionalLong.empty();

    Witness(OutputSink delegate) {
        this.delegate = delegate;
    }

    /// When, in the time of [System#nanoTime].
    OptionalLong startedAt() {
        return started;
    }

    /// What was delivered.
    long bytes(Stream stream) {
        return counter(stream).get();
    }

    private AtomicLong counter(Stream stream) {
        return switch (stream) {
            case STDOUT -> stdout;
            case STDERR -> stderr;
        };
    }

    @Override
    public void started() {
        started = OptionalLong.of(System.nanoTime());
        delegate.started();
    }

    @Override
    public void output(Stream stream, ByteBuffer data) throws InterruptedException {
        var size = data.remaining();
        delegate.output(stream, data);
        counter(stream).addAndGet(size);
    }

    @Override
    public void ended() {
        delegate.ended();
    }
}
