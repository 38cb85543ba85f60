package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.SandboxSpec;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a program finds in a container, seen from inside, and that the engine says the same.
@Timeout(120)
final class HardeningTest {
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
                var sandbox = executor.open(Probes.spec("a", image))) {
            assertThat(Probes.found(sandbox, interpreter, probe)).isEqualTo(Probes.expected("probe.expected", finder));
        }
    }

    @Test
    void theEngineSaysOfEveryContainerWhatIsExpected() throws Exception {
        var address = TestEngine.address();
        try (var executor = TestEngine.executor(TestEngine.config(runtime));
                var engine = new Engine(address);
                var _ = executor.open(new SandboxSpec("hardening", "a", Probes.LIMITS, Optional.empty()))) {
            var containers = engine.containers(
                    Map.of(Labels.OWNER, Owner.of(runtime.toAbsolutePath()).id()));

            assertThat(containers).isNotEmpty();
            for (var container : containers) {
                assertThat(Inspection.of(address, container.getId())).isEqualTo(Probes.resource("inspect.expected"));
            }
        }
    }
}
