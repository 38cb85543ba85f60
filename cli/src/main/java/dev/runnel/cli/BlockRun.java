package dev.runnel.cli;

import dev.runnel.cli.BlockPlan.Step;
import dev.runnel.client.RunnelClient;
import dev.runnel.markdown.CodeBlock;
import dev.runnel.v1.Artifact;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecutionSpec;
import dev.runnel.v1.InputFile;
import dev.runnel.v1.Program;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Runs the blocks of a plan in one session, one after the other, up to the first that does not succeed.
final class BlockRun {
    private final RunnelClient client;
    private final String sessionId;
    private final Program program;
    private final Optional<LocalFolder> folder;
    private final Report report;
    private final Follower follower;

    /// @param program what holds for the program of every block
    /// @param folder is carried in before the first block, and back after each
    BlockRun(RunnelClient client, String sessionId, Program program, Optional<LocalFolder> folder, Report report) {
        this.client = client;
        this.sessionId = sessionId;
        this.program = program;
        this.folder = folder;
        this.report = report;
        this.follower = new Follower(client);
    }

    /// Returns the exit code of the first block that did not succeed, or 0.
    int run(BlockPlan plan) throws IOException, InterruptedException {
        follower.cancelOnCtrlC();
        var files = folder.isPresent() ? folder.get().carryIn(ContentStore.of(client)) : List.<InputFile>of();
        var exitCode = 0;
        var ran = 0;
        var skipped = 0;
        var of = plan.steps().size();
        for (var step : plan.steps()) {
            switch (step) {
                case Step.NotRun notRun -> report.notRun(notRun, of);
                case Step.Runs block -> {
                    if (exitCode != 0 || follower.isInterrupted()) {
                        report.skipped(block, of);
                        skipped++;
                    } else {
                        exitCode = runBlock(block, files, report.begin(block, of));
                        files = List.of();
                        ran++;
                    }
                }
            }
        }
        if (exitCode == 0 && follower.isInterrupted()) {
            exitCode = ExitCode.CANCELLED;
        }
        report.end(exitCode, ran, skipped);
        return exitCode;
    }

    private int runBlock(Step.Runs step, List<InputFile> files, Audience audience)
            throws IOException, InterruptedException {
        var block = step.block();
        var source = Source.of(block.code());
        var own = program.toBuilder().setLanguage(step.language()).addAllFiles(files);
        block.fileName().ifPresent(own::setFileName);
        source.putInto(own, client);
        var spec = ExecutionSpec.newBuilder().setSessionId(sessionId).setProgram(own);
        if (folder.isPresent()) {
            spec.addArtifacts("**");
        }
        var stream = client.execute(ExecuteRequest.newBuilder().setSpec(spec).build());
        var end = follower.follow(stream, audience, () -> {});
        if (folder.isPresent()) {
            bringBack(folder.get(), end.artifacts(), block, source).forEach(audience::note);
        }
        return end.exitCode();
    }

    /// The block's program lies in the workspace as well, and is a result only where the block names its
    /// file.
    private List<String> bringBack(LocalFolder local, List<Artifact> artifacts, CodeBlock block, Source source)
            throws IOException, InterruptedException {
        var own = Digests.of(source.bytes().toByteArray());
        if (block.fileName().isEmpty()) {
            artifacts.stream()
                    .filter(artifact -> artifact.getDigest().equals(own))
                    .forEach(local::isNoResult);
        }
        return local.carryOut(artifacts, ContentStore.of(client));
    }
}
