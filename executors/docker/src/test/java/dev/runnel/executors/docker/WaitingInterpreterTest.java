package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.Program.WarmStart;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.spi.WarmInterpreter;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.RecordingSink;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A container in which Python has been started before its program is there.
@Timeout(120)
final class WaitingInterpreterTest {
    private static final SandboxLimits LIMITS =
            new SandboxLimits(DataSize.ofMebibytes(128), 64, 1000, DataSize.ofMebibytes(16));
    private static final RunLimits RUN = new RunLimits(
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            DataSize.ofMebibytes(1),
            RunLimits.OutputLimitAction.KILL,
            DataSize.ofMebibytes(64));

    /// What Python was started with tells whether it has waited; what the program sees does not.
    private static final String TELLS = """
            import os
            waited = "/run/runnel/warm/python" in open("/proc/self/environ").read()
            processes = [pid for pid in os.listdir("/proc") if pid.isdigit()]
            print("waited" if waited else "cold", "PYTHONPATH" in os.environ, len(processes))
            """;

    @TempDir
    private Path runtime;

    @Test
    void theFirstProgramGetsTheOneThatHasWaitedAndTheNextStartsCold() throws Exception {
        try (var executor = TestEngine.executor(withPython(TestEngine.config(runtime)));
                var sandbox = executor.open(spec(Optional.of("python")))) {
            assertThat(run(sandbox, Optional.of("python"))).isEqualTo("waited False 2\n");
            assertThat(run(sandbox, Optional.of("python"))).isEqualTo("cold False 2\n");
        }
    }

    @Test
    void aProgramThatNeedsAColdStartFindsNoTraceOfTheOneThatHasWaited() throws Exception {
        try (var executor = TestEngine.executor(withPython(TestEngine.config(runtime)));
                var sandbox = executor.open(spec(Optional.of("python")))) {
            assertThat(run(sandbox, Optional.empty())).isEqualTo("cold False 2\n");
        }
    }

    @Test
    void whereNobodyAskedForOneNoneWaits() throws Exception {
        try (var executor = TestEngine.executor(withPython(TestEngine.config(runtime)));
                var sandbox = executor.open(spec(Optional.empty()))) {
            assertThat(run(sandbox, Optional.of("python"))).isEqualTo("cold False 2\n");
        }
    }

    @Test
    void itWaitsInGvisorToo() throws Exception {
        try (var executor = TestEngine.executor(withPython(TestEngine.gvisor(runtime)));
                var sandbox = executor.open(spec(Optional.of("python")))) {
            assertThat(run(sandbox, Optional.of("python"))).isEqualTo("waited False 2\n");
            assertThat(run(sandbox, Optional.of("python"))).isEqualTo("cold False 2\n");
        }
    }

    private static DockerExecutorConfig withPython(DockerExecutorConfig config) {
        var warm = new WarmInterpreter(
                WarmInterpreter.Kind.FORKED,
                List.of("python3", "{file}"),
                Map.of("PYTHONPATH", "{warm}"),
                List.of(),
                List.of(),
                config.runner().resolve("../../../../python/warm").normalize());
        var python = new Language(
                "python",
                List.of(),
                "main.py",
                List.of("python3", "{file}"),
                List.of("python3", "--version"),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(warm));
        return new DockerExecutorConfig(
                config.name(),
                config.engine(),
                config.runner(),
                config.runtimeDirectory(),
                config.runtime(),
                config.images(),
                config.extras(),
                List.of(python),
                config.maxSandboxes(),
                config.pool());
    }

    private static SandboxSpec spec(Optional<String> interpreter) {
        return new SandboxSpec(
                "test",
                "a",
                LIMITS,
                Optional.empty(),
                Optional.of("python"),
                interpreter,
                Optional.empty(),
                Extras.NONE);
    }

    private static String run(Sandbox sandbox, Optional<String> interpreter)
            throws SandboxException, InterruptedException {
        var sink = new RecordingSink();
        var code = Content.of(TELLS.getBytes(StandardCharsets.UTF_8));
        var program = new Program(
                List.of(new InputFile(WorkspacePath.of("main.py"), 0644, code)),
                List.of("python3", "main.py"),
                Map.of(),
                WorkspacePath.ROOT,
                false,
                RUN,
                interpreter.map(name -> new WarmStart(name, Set.of())));
        sandbox.run(program, ProgramInput.none(), sink);
        return sink.text();
    }
}
