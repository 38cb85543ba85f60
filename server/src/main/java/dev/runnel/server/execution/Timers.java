package dev.runnel.server.execution;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Runs short tasks later. Graces are of the real clock: what they bound is real programs.
public final class Timers implements AutoCloseable {
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("timers").factory());

    public Timers() {
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /// Runs `task`, which must not block and not fail, once.
    public void after(Duration delay, Runnable task) {
        var _ = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Runs `task` again and again, each time so long after the last.
    public void every(Duration pause, Runnable task) {
        var _ = executor.scheduleWithFixedDelay(task, pause.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Drops what has not begun.
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
