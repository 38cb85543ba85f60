package dev.runnel.executors.docker;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/// Waits for what an engine does, which tells nobody.
final class Eventually {
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private Eventually() {}

    /// Fails when it does not become true in time.
    static void holds(String what, Duration within, Callable<Boolean> condition) throws Exception {
        var until = System.nanoTime() + within.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > until) {
                throw new AssertionError("not within " + within.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }
}
