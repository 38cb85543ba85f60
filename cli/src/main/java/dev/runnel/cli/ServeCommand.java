package dev.runnel.cli;

import dev.runnel.server.Main;
import dev.runnel.server.config.Configuration;
import dev.runnel.server.yaml.YamlException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `runnel serve`: the daemon.
@Command(
        name = "serve",
        description = "Is the daemon, in the foreground, until SIGTERM or Ctrl-C.",
        footer = {"", "RUNNEL_LOG_LEVEL is the level of its log on standard error; default INFO."})
final class ServeCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration. Default: every setting at its default.")
    private Optional<Path> config = Optional.empty();

    @Override
    public Integer call() throws IOException, InterruptedException {
        try {
            var configuration = config.isPresent() ? Configuration.load(config.get()) : Configuration.defaults();
            var daemon = Main.start(configuration);
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(daemon::close));
            daemon.awaitStop();
            return 0;
        } catch (YamlException | IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
