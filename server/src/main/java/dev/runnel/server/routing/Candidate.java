package dev.runnel.server.routing;

import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.ExecutorCapabilities;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An executor and what it can do here, which is found out in the background and then known. Where it can do nothing it
/// is asked again: an engine may have been started since. Thread-safe.
public final class Candidate {
    private static final Logger log = LoggerFactory.getLogger(Candidate.class);

    private final Executor executor;
    private final FutureTask<ExecutorCapabilities> probe;

    /// Starts to find out.
    Candidate(Executor executor) {
        this.executor = executor;
        probe = new FutureTask<>(executor::capabilities);
        Thread.ofVirtual().name("probe-" + executor.name()).start(probe);
    }

    public Executor executor() {
        return executor;
    }

    public String name() {
        return executor.name();
    }

    /// What it can do; blocks until that is known.
    ///
    /// @return absent when finding out failed
    public Optional<ExecutorCapabilities> capabilities() {
        var interrupted = false;
        try {
            while (true) {
                try {
                    return Optional.of(current(probe.get()));
                } catch (InterruptedException _) {
                    interrupted = true; // a probe is short, and its result is everybody's
                } catch (ExecutionException e) {
                    log.atError().addKeyValue("executor", name()).setCause(e).log("an executor can't be probed");
                    return Optional.empty();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private ExecutorCapabilities current(ExecutorCapabilities found) {
        return found.unavailable().isPresent() ? executor.capabilities() : found;
    }

    /// Whether sandboxes can be opened here now, which is asked of the executor each time.
    public boolean works() {
        return capabilities().isPresent()
                && executor.capabilities().unavailable().isEmpty();
    }

    /// Why no sandbox can be opened here; absent when one can.
    public Optional<String> unavailable() {
        return capabilities()
                .map(ExecutorCapabilities::unavailable)
                .orElse(Optional.of("what it can do here could not be found out; the daemon's log says why"));
    }
}
