package dev.runnel.executors.runner;

import java.time.Duration;

/// The clock of the watchdogs: [#real()], or one that a test moves.
@FunctionalInterface
public interface Alarms {
    /// Runs `action` once, `delay` from now, on another thread, unless the alarm is cancelled before.
    Alarm after(Duration delay, Runnable action);

    /// An alarm is a sleeping virtual thread.
    static Alarms real() {
        return (delay, action) -> Thread.ofVirtual().name("alarm").start(() -> {
            try {
                Thread.sleep(delay);
            } catch (InterruptedException _) {
                return;
            }
            action.run();
        })::interrupt;
    }

    /// What [#after] armed.
    @FunctionalInterface
    interface Alarm {
        /// Too late is no error.
        void cancel();
    }
}
