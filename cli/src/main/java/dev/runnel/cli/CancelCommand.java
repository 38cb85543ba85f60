package dev.runnel.cli;

import dev.runnel.v1.CancelExecutionRequest;
import dev.runnel.v1.CancelMode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `runnel cancel`: ends an execution.
@Command(name = "cancel", description = "Ends an execution and says how it ended.")
final class CancelCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "The execution.")
    private String id = "";

    @Option(names = "--interrupt", description = "Ask first, as Ctrl-C would; kill two seconds later.")
    private boolean interrupt;

    @Mixin
    private DaemonOptions daemon = new DaemonOptions();

    @Override
    public Integer call() {
        var screen = Screen.ofThisProcess();
        try (var access = DaemonAccess.openRunning(daemon)) {
            var execution = access.client()
                    .cancelExecution(CancelExecutionRequest.newBuilder()
                            .setExecutionId(id)
                            .setMode(interrupt ? CancelMode.CANCEL_MODE_INTERRUPT : CancelMode.CANCEL_MODE_KILL)
                            .build());
            screen.line(TerminalText.oneLine(execution.getExecutionId() + "  " + ExecutionTable.endOf(execution)));
            return 0;
        }
    }
}
