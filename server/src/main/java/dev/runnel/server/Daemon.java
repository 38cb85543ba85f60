package dev.runnel.server;

import dev.runnel.server.config.Configuration;
import dev.runnel.server.yaml.YamlException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running daemon. [#close()] stops it in good order: no new work, a grace for what runs, a cancel for what
/// is left, its end told to whoever listens, and then everything in the reverse order of its start.
public final class Daemon implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Daemon.class);

    private final String instance;
    private final Path socket;
    private final List<Integer> ports;
    private final Closing closing;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);

    Daemon(String instance, Path socket, List<Integer> ports, Closing closing) {
        this.instance = instance;
        this.socket = socket;
        this.ports = ports;
        this.closing = closing;
    }

    /// Where a daemon finds what the configuration leaves open.
    ///
    /// @param languages the distribution's languages, for a configuration that names no folder
    /// @param embedded listens only on a socket in a directory of this instance, as a part of another program
    public record Surroundings(Path languages, boolean embedded) {}

    /// Starts a daemon; when this returns it answers calls.
    ///
    /// @throws IOException saying what could not be had and what to do; then nothing is left running
    /// @throws YamlException when a language file is wrong
    public static Daemon start(Configuration configuration, Surroundings surroundings, ExecutorFactory executors)
            throws IOException, YamlException {
        var closing = new Closing();
        try {
            return new Composition(configuration, surroundings, closing).compose(executors);
        } catch (IOException | YamlException | RuntimeException e) {
            try {
                closing.stopAll();
            } catch (Exception again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /// Random, new at each start.
    public String instance() {
        return instance;
    }

    /// The Unix socket.
    public Path socket() {
        return socket;
    }

    /// Ports of the TCP listeners.
    public List<Integer> ports() {
        return List.copyOf(ports);
    }

    /// Waits until it has stopped.
    public void awaitStop() throws InterruptedException {
        stopped.await();
    }

    /// Stops the daemon; see the class. Idempotent. Never throws: what could not be removed is logged.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        log.atInfo().addKeyValue("instance", instance).log("the daemon stops");
        try {
            closing.stopAll();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            log.atError().setCause(e).log("the daemon could not stop everything");
        } finally {
            stopped.countDown();
        }
    }
}
