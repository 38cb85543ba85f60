package dev.runnel.executors.docker;

import static java.util.stream.Collectors.joining;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource({
        TestEngine.PYTHON + ", python3, probe.py, p",
        TestEngine.NODE + ", node, probe.js, n",
        TestEngine.PYTHON + ", bash, probe.sh, b",
        TestEngine.NODE + ", bash, probe.sh, b",
        TestEngine.UBUNTU + ", bash, probe.sh, b"
    })
    void aProgramFindsExactlyWhatIsExpectedInAnUnmodifiedImage(
            String image, String interpreter, String probe, String finder) throws Exception {
        try (var executor = TestEngine.executor(TestEngine.config(runtime));
                var sandbox = executor.open(new SandboxSpec("hardening", "a", LIMITS, Optional.of(image)))) {
            var sink = new RecordingSink();
            var program = new Program(
                    List.of(new InputFile(WorkspacePath.of(probe), 0644, Content.of(resource(probe)))),
                    List.of(interpreter, probe),
                    Map.of(),
                    WorkspacePath.ROOT,
                    true,
                    RUN);

            var outcome = sandbox.run(program, ProgramInput.none(), sink);

            assertThat(sink.text()).isEqualTo(expectedOf(finder));
            assertThat(outcome.status()).isEqualTo(new WaitStatus.ExitCode(0));
        }
    }

    @Test
    void theEngineSaysOfEveryContainerWhatIsExpected() throws Exception {
        var address = TestEngine.address();
        try (var executor = TestEngine.executor(TestEngine.config(runtime));
                var engine = new Engine(address);
                var _ = executor.open(new SandboxSpec("hardening", "a", LIMITS, Optional.empty()))) {
            var containers = engine.containers(
                    Map.of(Labels.OWNER, Owner.of(runtime.toAbsolutePath()).id()));

            assertThat(containers).isNotEmpty();
            for (var container : containers) {
                assertThat(Inspection.of(address, container.getId()))
                        .isEqualTo(new String(resource("inspect.expected"), StandardCharsets.UTF_8));
            }
        }
    }

    /// The lines of probe.expected that a language finds.
    private static String expectedOf(String finder) throws IOException {
        return new String(resource("probe.expected"), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .filter(line -> line.substring(0, line.indexOf(' ')).contains(finder))
                .map(line -> line.substring(line.indexOf(' ') + 1) + "\n")
                .collect(joining());
    }

    private static byte[] resource(String name) throws IOException {
        try (var file = Objects.requireNonNull(HardeningTest.class.getResourceAsStream("/" + name), name)) {
            return file.readAllBytes();
        }
    }
}
