package dev.runnel.cli;

import dev.runnel.v1.AttachExecutionRequest;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `runnel attach`: the events of an execution that somebody started.
@Command(
        name = "attach",
        description = "Shows an execution's output from its beginning, and goes on while it runs.",
        footer = {"", "Ctrl-C leaves; the execution goes on, unless --take-over made this its driver."})
final class AttachCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "The execution.")
    private String id = "";

    @Option(names = "--take-over", description = "Become the driver: Ctrl-C then cancels.")
    private boolean takeOver;

    @Option(
            names = "--after",
            paramLabel = "N",
            description = "Begin after the event of this sequence. Default: from the first event.")
    private long after;

    @Option(names = "--json", description = "One JSON object per event, and one for the result.")
    private boolean json;

    @Mixin
    private DaemonOptions daemon = new DaemonOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        var screen = Screen.ofThisProcess();
        try (var access = DaemonAccess.openRunning(daemon)) {
            var audience = json ? new MachineAudience(new JsonLines(screen)) : new PersonAudience(screen, false);
            var follower = new Follower(access.client());
            if (takeOver) {
                follower.cancelOnCtrlC();
            }
            var stream = access.client()
                    .attach(AttachExecutionRequest.newBuilder()
                            .setExecutionId(id)
                            .setAfterSequence(after)
                            .setTakeOver(takeOver)
                            .build());
            return follower.follow(stream, audience, () -> {}).exitCode();
        }
    }
}
