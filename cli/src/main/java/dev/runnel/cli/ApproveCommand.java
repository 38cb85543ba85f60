package dev.runnel.cli;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `runnel approve`: lets blocks that wait for a person run, or not.
@Command(
        name = "approve",
        description = "Shows the blocks that wait for a person, and asks whether each may run.",
        footer = {"", "Without a terminal: --list, then --id."})
final class ApproveCommand implements Callable<Integer> {
    @Option(names = "--list", description = "Show what waits, and ask nothing.")
    private boolean list;

    @Option(names = "--id", paramLabel = "ID", description = "Show this one and approve it, and ask nothing.")
    private Optional<String> id = Optional.empty();

    @Option(names = "--deny", description = "With --id: deny it.")
    private boolean deny;

    @Option(names = "--reason", paramLabel = "TEXT", description = "With --id: why. Told to the model at a denial.")
    private Optional<String> reason = Optional.empty();

    @Mixin
    private DaemonOptions daemon = new DaemonOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (id.isEmpty() && (deny || reason.isPresent())) {
            throw new UsageException("--deny and --reason need --id");
        }
        if (list && id.isPresent()) {
            throw new UsageException("--list and --id exclude each other");
        }
        var person = AtTerminal.ofThisProcess();
        if (!list && id.isEmpty() && person.isEmpty()) {
            throw new UsageException("nobody can be asked without a terminal: use --list, then --id");
        }
        try (var access = DaemonAccess.openRunning(daemon)) {
            var desk = new ApprovalDesk(access.client(), Screen.ofThisProcess(), InstantSource.system());
            if (list) {
                desk.list();
            } else if (id.isPresent()) {
                desk.decide(id.get(), !deny, reason.orElse(""));
            } else {
                desk.ask(person.orElseThrow());
            }
            return 0;
        }
    }
}
