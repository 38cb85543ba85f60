package dev.runnel.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `runnel capabilities`: what a daemon can do.
@Command(
        name = "capabilities",
        description = "Lists executors, languages and limits of the daemon, or of one that would be started here.")
final class CapabilitiesCommand implements Callable<Integer> {
    @Option(names = "--json", description = "The contract's own answer as one JSON object.")
    private boolean json;

    @Option(names = "--model-text", description = "Only the text for a language model's system message.")
    private boolean modelText;

    @Mixin
    private DaemonOptions daemon = new DaemonOptions();

    @Override
    public Integer call() throws IOException {
        var screen = Screen.ofThisProcess();
        try (var access = DaemonAccess.open(daemon)) {
            var capabilities = access.client().capabilities();
            if (json) {
                new JsonLines(screen).message("capabilities", capabilities);
            } else if (modelText) {
                capabilities.getModelText().lines().forEach(screen::line);
            } else {
                CapabilityText.of(capabilities).forEach(line -> screen.line(TerminalText.oneLine(line)));
            }
            return 0;
        }
    }
}
