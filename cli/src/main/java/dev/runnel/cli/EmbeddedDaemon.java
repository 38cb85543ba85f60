package dev.runnel.cli;

import dev.runnel.client.Target;
import dev.runnel.server.Daemon;
import dev.runnel.server.Main;
import dev.runnel.server.config.Configuration;
import dev.runnel.server.yaml.YamlException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// A daemon inside this process, for commands that find none running. It ends with the process, however
/// that ends: nothing that it opened is left.
final class EmbeddedDaemon implements AutoCloseable {
    private final Daemon daemon;

    private EmbeddedDaemon(Daemon daemon) {
        this.daemon = daemon;
    }

    /// Starts it with a socket in a private folder, whatever the configuration says of listeners.
    ///
    /// @param config absent: every setting at its default
    /// @throws IOException saying what could not be had and what to do
    static EmbeddedDaemon start(Optional<Path> config) throws IOException {
        try {
            var configuration = config.isPresent() ? Configuration.load(config.get()) : Configuration.defaults();
            var daemon = Main.startEmbedded(endingAtOnce(configuration));
            Runtime.getRuntime()
                    .addShutdownHook(
                            Thread.ofPlatform().name("stop-embedded-daemon").unstarted(daemon::close));
            return new EmbeddedDaemon(daemon);
        } catch (YamlException | IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /// Whoever ends this process wants the program in it ended as well.
    private static Configuration endingAtOnce(Configuration configuration) {
        return new Configuration(
                configuration.listeners(),
                configuration.runtimeDirectory(),
                configuration.languagesDirectory(),
                configuration.languages(),
                configuration.executors(),
                configuration.limits(),
                configuration.concurrency(),
                configuration.sessions(),
                configuration.retention(),
                Duration.ZERO);
    }

    /// Where it listens.
    Target target() {
        return new Target.UnixSocket(daemon.socket());
    }

    @Override
    public void close() {
        daemon.close();
    }
}
