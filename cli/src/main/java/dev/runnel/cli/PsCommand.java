package dev.runnel.cli;

import dev.runnel.v1.ExecutionFilter;
import dev.runnel.v1.ExecutionState;
import dev.runnel.v1.ListExecutionsRequest;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `runnel ps`: what runs, and what ran a short while ago.
@Command(name = "ps", description = "Lists executions, newest first.")
final class PsCommand implements Callable<Integer> {
    @Option(names = "--running", description = "Only those that have not ended.")
    private boolean running;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many. Default: 50.")
    private int limit = 50;

    @Option(names = "--json", description = "One JSON object per execution.")
    private boolean json;

    @Mixin
    private DaemonOptions daemon = new DaemonOptions();

    @Override
    public Integer call() {
        var screen = Screen.ofThisProcess();
        var filter = ExecutionFilter.newBuilder();
        if (running) {
            filter.addStates(ExecutionState.EXECUTION_STATE_QUEUED).addStates(ExecutionState.EXECUTION_STATE_RUNNING);
        }
        try (var access = DaemonAccess.openRunning(daemon)) {
            var executions = access.client()
                    .listExecutions(ListExecutionsRequest.newBuilder()
                            .setFilter(filter)
                            .setPageSize(limit)
                            .build())
                    .getExecutionsList();
            if (json) {
                var lines = new JsonLines(screen);
                executions.forEach(execution -> lines.message("execution", execution));
            } else {
                ExecutionTable.of(executions, InstantSource.system().instant()).forEach(screen::line);
            }
            return 0;
        }
    }
}
