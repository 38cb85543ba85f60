package dev.runnel.executors.testkit;

import java.time.Duration;

/// The clock of a [FakeExecutor]: [#real()] or a [ManualTime].
public interface Time {
    /// Nanoseconds since an arbitrary instant.
    long nanos();

    /// Runs `action` once, `delay` from now, on a thread of this clock's choice, unless it is cancelled before.
    Alarm after(Duration delay, Runnable action);

    /// A clock that goes by itself. An alarm is a sleeping virtual thread.
    static Time real() {
        return new Time() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public Alarm after(Duration delay, Runnable action) {
                return Thread.ofVirtual().name("alarm").start(() -> {
                    try {
                        Thread.sleep(delay);
                    } catch (InterruptedException _) {
                        return;
                    }
                    action.run();
                })::interrupt;
            }
        };
    }

    /// What [#after] armed.
    interface Alarm {
        /// Too late is no error.
        void cancel();
    }
}
