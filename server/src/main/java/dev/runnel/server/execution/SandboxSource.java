package dev.runnel.server.execution;

import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.server.refusal.RefusedException;
import java.time.Duration;

/// Where an execution's sandbox comes from: opened for it alone, or lent by its session.
@FunctionalInterface
public interface SandboxSource {
    /// Blocks until there is a sandbox in which nothing runs.
    ///
    /// @param atMost how long to wait for a session that is busy; a sandbox that is being opened is not hurried
    /// @param wait told once if the caller has to wait
    /// @throws RefusedException session lost, busy or gone, or `atMost` is over
    Lease acquire(Duration atMost, WaitListener wait) throws RefusedException, SandboxException, InterruptedException;

    /// A sandbox for one run.
    interface Lease extends AutoCloseable {
        Sandbox sandbox();

        /// Gives the sandbox back: one opened for this run is destroyed, a session's is lent to the next. Never
        /// throws.
        @Override
        void close();
    }

    /// Hears that there is a queue.
    @FunctionalInterface
    interface WaitListener {
        /// Called once, before the wait.
        ///
        /// @param ahead how many are before this one in the session's queue, at least 1
        void waiting(int ahead);
    }
}
