package dev.runnel.cli;

import dev.runnel.client.RunnelException;
import dev.runnel.server.yaml.Durations;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `runnel health`: whether a daemon serves.
@Command(
        name = "health",
        description = "Asks whether the daemon serves.",
        footer = {"", "Exit code: 0 when it does, 1 when it does not."})
final class HealthCommand implements Callable<Integer> {
    private static final Duration QUESTION = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(100);

    @Option(
            names = "--wait",
            arity = "0..1",
            fallbackValue = "30s",
            paramLabel = "TIME",
            description = "Wait until it does, by default for at most 30s.")
    private String wait = "0s";

    @Option(
            names = "--service",
            paramLabel = "NAME",
            description = "A service, such as runnel.executor.process. Default: the daemon as a whole.")
    private String service = "";

    @Mixin
    private DaemonOptions daemon = new DaemonOptions();

    @Override
    public Integer call() throws InterruptedException {
        var screen = Screen.ofThisProcess();
        var clock = InstantSource.system();
        var until = clock.instant().plus(patience());
        while (true) {
            var answer = ask();
            if (answer.equals(ServingStatus.SERVING.name()) || !clock.instant().isBefore(until)) {
                screen.line(TerminalText.oneLine(answer));
                return answer.equals(ServingStatus.SERVING.name()) ? 0 : 1;
            }
            Thread.sleep(PAUSE);
        }
    }

    private Duration patience() {
        try {
            return Durations.parse(wait);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--wait: " + e.getMessage());
        }
    }

    private String ask() {
        try (var access = DaemonAccess.openRunning(daemon)) {
            return access.client().health(service, QUESTION).name();
        } catch (RunnelException | UsageException e) {
            return "NOT_SERVING: " + e.getMessage();
        }
    }
}
