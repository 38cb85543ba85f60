package dev.runnel.server.rpc;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.content.Digest;
import dev.runnel.server.execution.EnforcedLimit;
import dev.runnel.server.execution.ExecutionSpec;
import dev.runnel.server.execution.Plan;
import dev.runnel.server.execution.ResolvedSpec;
import dev.runnel.server.execution.Resolver;
import dev.runnel.server.execution.SandboxSource;
import dev.runnel.server.execution.StandardInput;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The least routing there can be: one executor, inline content, the limits a request names or generous ones.
final class PlainResolver implements Resolver {
    private final Executor executor;

    PlainResolver(Executor executor) {
        this.executor = executor;
    }

    @Override
    public Plan resolve(Tenant tenant, ExecutionSpec spec) throws RefusedException {
        if (!spec.program().language().equals("python")) {
            throw new RefusedException(new Refusal.LanguageUnavailable(), "no executor offers that language");
        }
        var limits = spec.limits();
        var wall = limits.wallTime().orElse(Duration.ofMinutes(1));
        var output = limits.output().orElse(DataSize.ofMebibytes(64));
        var run = new RunLimits(
                wall,
                Duration.ofMinutes(1),
                output,
                limits.onOutputLimit().orElse(OutputLimitAction.KILL),
                DataSize.ofMebibytes(64));
        var sandbox = new SandboxSpec(
                "s-" + UUID.randomUUID(),
                tenant.name(),
                new SandboxLimits(DataSize.ofMebibytes(256), 64, 1000, DataSize.ofMebibytes(64)),
                Optional.empty());
        var source = new InputFile(
                WorkspacePath.of("main.py"),
                0644,
                Content.of(spec.program().source().inline().orElseThrow()));
        var program = new Program(
                List.of(source),
                List.of("python3", "main.py"),
                spec.program().environment(),
                WorkspacePath.ROOT,
                spec.program().mergeStderr(),
                run);
        return new Plan(
                resolved(spec, wall), program, output, stdin(spec), fresh(sandbox), List.of(), Plan.ContentHold.NONE);
    }

    private SandboxSource fresh(SandboxSpec spec) {
        return (_, _) -> new OwnSandbox(executor.open(spec));
    }

    private record OwnSandbox(Sandbox sandbox) implements SandboxSource.Lease {
        @Override
        public void close() {
            sandbox.close();
        }
    }

    private static Plan.Stdin stdin(ExecutionSpec spec) {
        return switch (spec.standardInput()) {
            case StandardInput.None() -> new Plan.Stdin.Bytes(Content.of(new byte[0]));
            case StandardInput.Bytes(var content) ->
                new Plan.Stdin.Bytes(Content.of(content.inline().orElseThrow()));
            case StandardInput.KeptOpen() -> new Plan.Stdin.KeptOpen();
        };
    }

    private ResolvedSpec resolved(ExecutionSpec spec, Duration wall) {
        return new ResolvedSpec(
                Digest.of(spec.toString().getBytes(StandardCharsets.UTF_8)),
                "python",
                "",
                WorkspacePath.of("main.py"),
                executor.name(),
                Isolation.PROCESS,
                SandboxDescription.Kind.PLAIN,
                Optional.empty(),
                List.of(new EnforcedLimit(LimitKind.WALL_TIME, new EnforcedLimit.Value.Time(wall), Mechanism.WATCHDOG)),
                "default",
                spec.limits().onOutputLimit().orElse(OutputLimitAction.KILL),
                Optional.empty(),
                spec.program().buffering(),
                spec.maxQueueTime().orElse(Duration.ofMinutes(1)));
    }
}
