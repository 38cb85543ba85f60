package dev.runnel.bench;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/// How often something is done by several at a time.
final class Rate {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int IN_FLIGHT = 4;

    private Rate() {}

    /// Does it so often, four at a time.
    static double perSecond(int count, Callable<Long> once) throws InterruptedException {
        var begun = System.nanoTime();
        try (var threads = Executors.newFixedThreadPool(IN_FLIGHT)) {
            var calls = new ArrayList<Callable<Long>>();
            for (int i = 0; i < count; i++) {
                calls.add(once);
            }
            for (var call : threads.invokeAll(calls)) {
                call.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        return count * NANOS_PER_SECOND / (System.nanoTime() - begun);
    }
}
