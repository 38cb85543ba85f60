package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.RecordingSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a program finds in a container, seen from inside, and that the engine says the same.
@Timeout(120)
final class HardeningTest {
    private static final SandboxLimits LIMITS =
            new SandboxLimits(DataSize.ofMebibytes(256), 64, 500, DataSize.ofMebibytes(64));
    private static final RunLimits RUN = new RunLimits(
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            DataSize.ofMebibytes(1),
            RunLimits.OutputLimitAction.KILL,
            DataSize.ofMebibytes(64));

    @TempDir
    private Path runtime;

    @Test
    void aProgramFindsExactlyWhatIsExpected() throws Exception {
        try (var executor = TestEngine.executor(TestEngine.config(runtime));
                var sandbox = executor.open(new SandboxSpec("hardening", "a", LIMITS, Optional.empty()))) {
            var sink = new RecordingSink();
            var program = new Program(
                    List.of(new InputFile(WorkspacePath.of("probe.py"), 0644, Content.of(resource("probe.py")))),
                    List.of("python3", "probe.py"),
                    Map.of(),
                    WorkspacePath.ROOT,
                    true,
                    RUN);

            var outcome = sandbox.run(program, ProgramInput.none(), sink);

            assertThat(sink.stdoutText()).isEqualTo(new String(resource("probe.expected"), StandardCharsets.UTF_8));
            assertThat(outcome.status()).isEqualTo(new WaitStatus.ExitCode(0));
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (var file = Objects.requireNonNull(HardeningTest.class.getResourceAsStream("/" + name), name)) {
            return file.readAllBytes();
        }
    }
}
