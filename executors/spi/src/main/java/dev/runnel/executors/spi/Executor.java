package dev.runnel.executors.spi;

import java.util.Optional;

/// A back end that opens sandboxes: processes, containers, worker JVMs, pods.
///
/// Thread-safe. One instance per configured executor, made at start-up by the composition root and closed last.
public interface Executor extends AutoCloseable {
    /// The name requests, capabilities and the configuration use, for example `process`.
    String name();

    /// What this executor can do on this machine, found by trying it, not by guessing. Cheap after the first
    /// call.
    ExecutorCapabilities capabilities();

    /// The digest of the image that a sandbox of this kind would be made of now; absent where there are no images.
    /// Cheap,
    /// and opens nothing.
    ///
    /// @throws SandboxException as [#open] does
    default Optional<String> imageDigest(SandboxSpec spec) throws SandboxException, InterruptedException {
        return Optional.empty();
    }

    /// Opens a sandbox in which no program has run.
    ///
    /// Called on a virtual thread. When it fails or is interrupted nothing is left behind. The caller owns the
    /// sandbox
    /// and closes it.
    ///
    /// @throws SandboxException with [SandboxException.Reason.Unavailable],
    ///     [SandboxException.Reason.Unsupported] or
    ///     [SandboxException.Reason.Exhausted]; nothing has run
    Sandbox open(SandboxSpec spec) throws SandboxException, InterruptedException;

    /// How the stock of sandboxes has done that are opened ahead; absent where none are. Cheap.
    default Optional<PoolStatistics> pool() {
        return Optional.empty();
    }

    /// Destroys every sandbox that is still open and whatever this executor made on the host. Idempotent.
    @Override
    void close();
}
