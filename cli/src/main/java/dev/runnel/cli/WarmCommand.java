package dev.runnel.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `runnel warm`: what a start-up cache is trained on. bin/runnel runs it with the JVM recording.
@Command(name = "warm", description = "Makes the start-up cache, so that later starts are faster.")
final class WarmCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        RunnelCommand.commandLine().getUsageMessage();
        return 0;
    }
}
