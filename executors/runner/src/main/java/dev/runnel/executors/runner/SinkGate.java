package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.OutputSink;
import java.util.concurrent.locks.ReentrantLock;

/// Tells a sink of the start first and of the end afterwards, whichever thread knows first.
final class SinkGate {
    private final OutputSink sink;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private boolean started;

    @GuardedBy("lock") private boolean ended;

    SinkGate(OutputSink sink) {
        this.sink = sink;
    }

    void started() {
        sink.started();
        boolean over;
        lock.lock();
        try {
            started = true;
            over = ended;
        } finally {
            lock.unlock();
        }
        if (over) {
            sink.ended();
        }
    }

    void ended() {
        lock.lock();
        try {
            ended = true;
            if (!started) {
                return;
            }
        } finally {
            lock.unlock();
        }
        sink.ended();
    }
}
