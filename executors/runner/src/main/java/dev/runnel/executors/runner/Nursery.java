package dev.runnel.executors.runner;

import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxSpec;
import java.time.Duration;

/// Opens cells for one tenant, of one kind. Thread-safe.
public interface Nursery extends AutoCloseable {
    /// Opens a cell in which no program has run.
    ///
    /// @throws SandboxException with [SandboxException.Reason.Exhausted] when as many are open as may be,
    ///     otherwise with [SandboxException.Reason.Unavailable]: another nursery may do it
    Sandbox open(SandboxSpec spec) throws SandboxException, InterruptedException;

    /// Registers what is to be done when it opens no more cells, at once if that is so already. Run once,
    /// on a thread of its own.
    void onRetired(Runnable action);

    /// Asks it for a sign of life. One that gives none in time ends.
    void ping(Duration within) throws SandboxException, InterruptedException;

    /// Destroys it with every cell. Idempotent, returns when nothing is left.
    @Override
    void close();

    /// Where nurseries come from.
    ///
    /// @param <K> what the cells of a nursery have in common, a tenant above all
    @FunctionalInterface
    interface Source<K> {
        /// A new one, without any cell.
        ///
        /// @param key what all of its cells have in common
        Nursery start(K key) throws SandboxException, InterruptedException;
    }
}
