package dev.runnel.bench;

import dev.runnel.executors.testkit.FakeExecutor;
import dev.runnel.server.Daemon;
import dev.runnel.server.config.Configuration;
import java.nio.file.Path;
import java.util.List;

/// The daemon as it is, with an executor whose programs cost nothing: what remains is our own way.
final class FakeDaemon {
    private FakeDaemon() {}

    /// Takes `LANGUAGES_DIRECTORY --config FILE`.
    public static void main(String[] args) throws Exception {
        var configuration = Configuration.load(Path.of(args[2]));
        var surroundings = new Daemon.Surroundings(Path.of(args[0]), false);
        var daemon = Daemon.start(configuration, surroundings, (_, _, _) -> List.of(new FakeExecutor()));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(daemon::close));
        daemon.awaitStop();
    }
}
