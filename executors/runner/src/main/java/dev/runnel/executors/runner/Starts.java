package dev.runnel.executors.runner;

import java.util.concurrent.atomic.LongAdder;

/// Counts the programs that a runner has started. Thread-safe.
final class Starts {
    private final LongAdder warm = new LongAdder();
    private final LongAdder cold = new LongAdder();

    void count(boolean isWarm) {
        (isWarm ? warm : cold).increment();
    }

    long warm() {
        return warm.sum();
    }

    long cold() {
        return cold.sum();
    }
}
