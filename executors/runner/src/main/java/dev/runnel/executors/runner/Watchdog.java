package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.runner.Alarms.Alarm;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Ends the channel when the runner does not do in time what it must. One alarm at a time.
final class Watchdog {
    private final RunnerConnection connection;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private @Nullable Alarm alarm;

    /// No alarm may take the place of the one that is set, if any.
    @GuardedBy("lock") private boolean last;

    Watchdog(RunnerConnection connection) {
        this.connection = connection;
    }

    /// Takes the place of the alarm before, but for one of [#armLast].
    void arm(Duration delay, String whatIsWrong) {
        replace(set(delay, whatIsWrong), false);
    }

    /// Stays until [#disarm].
    void armLast(Duration delay, String whatIsWrong) {
        replace(set(delay, whatIsWrong), true);
    }

    /// For good.
    void disarm() {
        replace(null, true);
    }

    private Alarm set(Duration delay, String whatIsWrong) {
        return connection.alarms().after(delay, () -> connection.fail("its runner does not answer: " + whatIsWrong));
    }

    private void replace(@Nullable Alarm by, boolean forGood) {
        Alarm replaced;
        lock.lock();
        try {
            var refused = last && by != null;
            replaced = refused ? by : alarm;
            alarm = refused ? alarm : by;
            last |= forGood;
        } finally {
            lock.unlock();
        }
        if (replaced != null) {
            replaced.cancel();
        }
    }
}
