package dev.runnel.cli;

import dev.runnel.v1.ExecutorCapability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `runnel doctor`: what this machine can and can't isolate, why, and how to mend it.
@Command(
        name = "doctor",
        description = "Says what this machine can isolate and limit, why not more, and how to fix it.",
        footer = {"", "Needs no daemon. Exit code: 0 when programs can be run, 1 when not."})
final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--json", description = "The daemon's own answer as one JSON object, then one per warning.")
    private boolean json;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The daemon's configuration. Default: every setting at its default.")
    private Optional<Path> config = Optional.empty();

    @Override
    public Integer call() throws IOException {
        var screen = Screen.ofThisProcess();
        var host = new HostChecks(Path.of("/proc"));
        try (var access = DaemonAccess.embedded(config)) {
            var capabilities = access.client().capabilities();
            if (json) {
                var lines = new JsonLines(screen);
                lines.message("capabilities", capabilities);
                host.warnings().forEach(new MachineAudience(lines)::note);
            } else {
                screen.line("Linux " + TerminalText.oneLine(host.release().orElse("of unknown release")) + ", "
                        + System.getProperty("os.arch") + ", Java " + Runtime.version() + ", user "
                        + System.getProperty("user.name"));
                CapabilityText.of(capabilities).stream()
                        .skip(1)
                        .forEach(line -> screen.line(TerminalText.oneLine(line)));
                CapabilityText.remedies(capabilities).forEach(screen::line);
                CapabilityText.unused(capabilities).forEach(screen::line);
                host.warnings().forEach(warning -> screen.line("warning: " + warning));
            }
            var works = capabilities.getExecutorsList().stream().anyMatch(ExecutorCapability::getAvailable);
            return works ? 0 : 1;
        }
    }
}
