package dev.runnel.executors.docker;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.dockerjava.api.model.Container;
import dev.runnel.executors.runner.UidPool;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The walls of cells in containers, on a real engine; `images/runner/tests/walls_*.rs` has what needs none.
@Timeout(240)
final class CellWallsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path runtime;

    private DockerExecutor executor;
    private Engine engine;

    @BeforeEach
    void open() {
        executor = TestEngine.executor(TestEngine.cells(runtime));
        engine = new Engine(TestEngine.address());
    }

    @AfterEach
    void close() throws Exception {
        executor.close();
        assertThat(containers()).isEmpty();
        var config = TestEngine.cells(runtime);
        engine.close();
        try (var uids = UidPool.open(config.uids(), runtime.resolve("uids"), _ -> true)) {
            // Those that were not given back would be missing.
            uids.acquire(config.uids().count()).release(true);
        }
    }

    @ParameterizedTest
    @CsvSource({
        TestEngine.PYTHON + ", python3, probe.py, P",
        TestEngine.NODE + ", node, probe.js, N",
        TestEngine.PYTHON + ", bash, probe.sh, B",
        TestEngine.NODE + ", bash, probe.sh, B",
        TestEngine.UBUNTU + ", bash, probe.sh, B"
    })
    void aProgramFindsExactlyWhatIsExpectedInAnUnmodifiedImage(
            String image, String interpreter, String probe, String finder) throws Exception {
        try (var cell = executor.open(Probes.spec("a", image))) {
            assertThat(cell.description().kind()).isEqualTo(SandboxDescription.Kind.CELL);
            assertThat(Probes.found(cell, interpreter, probe)).isEqualTo(Probes.expected("probe.expected", finder));
        }
    }

    @Test
    void theMountsAreThoseThatAreWrittenDown() throws Exception {
        try (var cell = cell()) {
            assertThat(Probes.found(cell, "python3", "mounts.py")).isEqualTo(Probes.resource("mounts.expected"));
        }
    }

    @Test
    void marksAreSeenByNoOtherCellAtTheSameTimeOrLater() throws Exception {
        var look = Probes.resource("marks.py");
        var mark = look.replace("WRITE = False", "WRITE = True");
        try (var marked = cell();
                var beside = cell()) {
            try (var held = Running.start(marked, "cat >mark.py <<'END'\n" + mark + "END\nexec python3 mark.py")) {
                assertThat(Probes.python(beside, look)).isEqualTo(Probes.resource("marks.expected"));
                assertThat(held.text()).contains("left in /tmp", "left in /dev/shm", "left as abstract socket");
            }
        }
        try (var later = cell()) {
            assertThat(Probes.python(later, look)).isEqualTo(Probes.resource("marks.expected"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "python3 -c 'import os; os.kill(0, 9)'",
                "python3 -c 'import os; os.killpg(os.getpgrp(), 9)'",
                "python3 -c 'import os; os.kill(-1, 9)'",
                "python3 -c 'import os; os.killpg(1, 9)'",
                "trap 'kill -9 0' EXIT; sleep 100 &",
                "for pid in $(seq 1 2000); do [ $pid = $$ ] || kill -9 -- $pid -$pid; done 2>/dev/null"
            })
    void signalsToGroupsAndToEverybodyReachNobodyElse(String attack) throws Exception {
        try (var neighbour = Running.idle(executor);
                var cell = executor.open(Running.spec())) {
            var before = containers().stream().map(Container::getId).toList();

            Running.in(cell, attack).outcome();

            assertThat(neighbour.processes()).isNotEmpty();
            assertThat(Running.output(executor, "echo on")).isEqualTo("on\n");
            assertThat(containers().stream().map(Container::getId)).isEqualTo(before);
        }
    }

    @Test
    void cellsOfATenantShareAContainerAndTenantsAndImagesShareNeitherThatNorAUid() throws Exception {
        try (var _ = executor.open(Probes.spec("a", TestEngine.PYTHON));
                var _ = executor.open(Probes.spec("a", TestEngine.PYTHON))) {
            assertThat(containers()).hasSize(1);
            try (var _ = executor.open(Probes.spec("b", TestEngine.PYTHON));
                    var _ = executor.open(Probes.spec("a", TestEngine.NODE))) {
                assertThat(containers()).hasSize(3);
                assertThat(users()).hasSize(3);
            }
        }
    }

    @Test
    void theEngineSaysOfANurseryWhatIsExpected() throws Exception {
        try (var _ = cell()) {
            for (var container : containers()) {
                var told = Inspection.of(TestEngine.address(), container.getId());

                assertThat(withoutWhatTheMachineIs(told)).isEqualTo(Probes.resource("nursery-inspect.expected"));
                var uid = Integer.parseInt(told.replaceFirst("(?s)Config.User (\\d+):.*", "$1"));
                var range = DockerExecutorConfig.DEFAULT_UIDS;
                assertThat(uid).isBetween(range.first(), range.first() + range.count() - 1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill", "rm --force"})
    void aNurseryThatSomebodyEndsIsReplacedAndWhatRanInItIsLost(String end) throws Exception {
        try (var held = Running.idle(executor)) {
            var lost = containers().getFirst().getId();

            Commands.run(docker(end, lost));

            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(held::outcome)
                    .satisfies(failure -> assertThat(failure.reason()).isEqualTo(new Reason.Lost(true)));
            assertThat(held.processes()).isEmpty();
            assertThat(Running.output(executor, "echo on")).isEqualTo("on\n");
            Eventually.holds(
                    "the container is gone",
                    PATIENCE,
                    () -> containers().stream()
                            .noneMatch(container -> container.getId().equals(lost)));
        }
    }

    @Test
    void aNurseryThatIsKilledWhileNothingRunsFailsNoRequest() throws Exception {
        for (var round = 0; round < 5; round++) {
            assertThat(Running.output(executor, "echo on")).isEqualTo("on\n");
            Commands.run(docker("kill", containers().getFirst().getId()));
        }
        assertThat(Running.output(executor, "echo on")).isEqualTo("on\n");
    }

    private static String[] docker(String command, String container) throws Exception {
        return ("docker --host " + TestEngine.address() + " " + command + " " + container).split(" ");
    }

    private Sandbox cell() throws SandboxException, InterruptedException {
        return executor.open(Probes.spec("a", TestEngine.PYTHON));
    }

    private Set<String> users() throws Exception {
        var users = containers().stream().map(container -> inspected(container, "{{.Config.User}}"));
        return users.collect(toSet());
    }

    private static String inspected(Container container, String format) {
        try {
            return Commands.run(docker("inspect --format " + format, container.getId()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /// This test's alone, also those whose removal has begun.
    private List<Container> containers() throws Exception {
        return engine.containers(
                Map.of(Labels.OWNER, Owner.of(runtime.toAbsolutePath()).id()));
    }

    private static String withoutWhatTheMachineIs(String told) {
        UnaryOperator<String> line = text -> text.replaceAll("(HostConfig.(Memory|MemorySwap|NanoCpus)) \\d+", "$1 N")
                .replaceAll("19000\\d{5}", "UID");
        return line.apply(told);
    }
}
