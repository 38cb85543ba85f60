package dev.runnel.cli;

import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecutionSpec;
import dev.runnel.v1.Program;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `runnel warm`: what a start-up cache is trained on. bin/runnel runs it with the JVM recording.
@Command(name = "warm", description = "Makes the start-up cache, so that later starts are faster.")
final class WarmCommand implements Callable<Integer> {
    @Override
    public Integer call() throws IOException, InterruptedException {
        var nowhere = OutputStream.nullOutputStream();
        var screen = Screen.of(nowhere, nowhere, true);
        var _ = RunnelCommand.commandLine().getUsageMessage();
        try (var access = DaemonAccess.embedded(Optional.empty())) {
            var capabilities = access.client().capabilities();
            new JsonLines(screen).message("capabilities", capabilities);
            for (var language : capabilities.getLanguagesList()) {
                var request = ExecuteRequest.newBuilder()
                        .setSpec(ExecutionSpec.newBuilder()
                                .setProgram(Program.newBuilder()
                                        .setLanguage(language.getName())
                                        .setCode("1")))
                        .build();
                var _ = new Follower(access.client())
                        .follow(access.client().execute(request), new PersonAudience(screen, true), () -> {});
            }
        }
        return 0;
    }
}
