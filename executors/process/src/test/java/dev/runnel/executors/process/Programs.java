package dev.runnel.executors.process;

import dev.runnel.executors.runner.Nonce;
import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.RecordingSink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the tests run, and what became of it.
final class Programs {
    static final SandboxLimits SANDBOX =
            new SandboxLimits(DataSize.ofMebibytes(256), 64, 2000, DataSize.ofMebibytes(64));
    static final RunLimits LIMITS = new RunLimits(
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            DataSize.ofMebibytes(16),
            RunLimits.OutputLimitAction.KILL,
            DataSize.ofMebibytes(64));

    private Programs() {}

    /// What a program did.
    record Ran(Outcome outcome, String stdout, String stderr) {
        /// Its standard output's lines.
        List<String> lines() {
            return stdout.lines().toList();
        }
    }

    static SandboxSpec spec() {
        return spec(SANDBOX);
    }

    static SandboxSpec spec(SandboxLimits limits) {
        return new SandboxSpec("test-" + Nonce.random(6), "tenant-name", limits, Optional.empty());
    }

    static Program python(String code) {
        return python(code, LIMITS);
    }

    static Program python(String code, RunLimits limits) {
        return new Program(
                List.of(file("main.py", code)),
                List.of("/usr/bin/python3", "main.py"),
                Map.of(),
                WorkspacePath.ROOT,
                false,
                limits);
    }

    static Program bash(String code) {
        return new Program(
                List.of(file("main.sh", code)),
                List.of("bash", "main.sh"),
                Map.of(),
                WorkspacePath.ROOT,
                false,
                LIMITS);
    }

    static InputFile file(String name, String content) {
        return new InputFile(WorkspacePath.of(name), 0644, Content.of(content.getBytes(StandardCharsets.UTF_8)));
    }

    /// Opens a sandbox for it.
    static Ran run(ProcessExecutor executor, Program program) throws SandboxException, InterruptedException {
        try (var sandbox = executor.open(spec())) {
            return run(sandbox, program);
        }
    }

    static Ran run(Sandbox sandbox, Program program) throws SandboxException, InterruptedException {
        var sink = new RecordingSink();
        var outcome = sandbox.run(program, ProgramInput.none(), sink);
        return new Ran(outcome, sink.stdoutText(), sink.stderrText());
    }
}
