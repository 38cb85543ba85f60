package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runnel.executors.process.ProcessExecutorConfig.CgroupMode;
import dev.runnel.executors.runner.CellConfig;
import dev.runnel.executors.runner.Nonce;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Nurseries on the real bubblewrap and the real runner: what they have on the host, and that nothing of
/// it is left.
@ParameterizedClass
@EnumSource(CgroupMode.class)
@Timeout(120)
final class CellsTest {
    @TempDir
    private Path runtime;

    private final CgroupMode cgroups;
    private ProcessExecutor executor;
    private List<String> names;
    private Traces before;

    CellsTest(CgroupMode cgroups) {
        this.cgroups = cgroups;
    }

    @BeforeEach
    void open() throws IOException {
        executor = Bubblewrap.cells(Bubblewrap.config(runtime, cgroups));
        names = Traces.executors(runtime);
        before = Traces.of(runtime, names);
    }

    @AfterEach
    void close() throws IOException {
        executor.close();
        Traces.of(runtime, names).assertNothingLeft(before.withoutCgroups());
        assertThat(Traces.executors(runtime)).isEmpty();
    }

    @Test
    void theProbeLeavesNoNursery() {
        assertThat(before.folders()).isEmpty();
        assertThat(before.processes()).isEmpty();
        assertThat(executor.capabilities().notes().getLast()).startsWith("cells: up to 64 at a time for each tenant");
    }

    @Test
    void cellsOfATenantShareANurseryAndTenantsDoNot() throws Exception {
        try (var one = open("a");
                var _ = open("a")) {
            assertThat(one.description().kind()).isEqualTo(SandboxDescription.Kind.CELL);
            assertThat(nurseries()).hasSize(1);

            try (var _ = open("b")) {
                assertThat(nurseries()).hasSize(2);
            }
        }
    }

    @Test
    void eachConcurrentCellHasAUidOfItsOwnWhichIsNotTheRunnersWhenTheDaemonIsRoot() throws Exception {
        assumeTrue(Daemon.current().root(), "only root can give uids");
        try (var one = Held.open(executor);
                var other = Held.open(executor)) {
            assertThat(List.of(one.uid(), other.uid(), CommandLines.uid(runner())))
                    .doesNotHaveDuplicates()
                    .allSatisfy(uid -> assertThat(uid).isBetween(1_900_000_000, 1_900_065_535));
        }
    }

    @Test
    void whenTheRunnerDiesItsCellsAreLostAndTheNextOneIsOpenedInAFreshNursery() throws Throwable {
        try (var held = Held.open(executor)) {
            var old = nurseries();
            signal("KILL", runner());

            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(held::outcome)
                    .satisfies(lost -> assertThat(lost.reason()).isEqualTo(new Reason.Lost(true)));
            CommandLines.assertNone(held.token());

            assertThat(Programs.run(executor, Programs.bash("echo next")).stdout())
                    .isEqualTo("next\n");
            assertThat(nurseries()).hasSize(1).doesNotContainAnyElementsOf(old);
        }
    }

    @Test
    void aCellThatIsOpenedWhileTheRunnerHangsIsOpenedInAFreshNursery() throws Exception {
        Programs.run(executor, Programs.bash("true"));
        var old = nurseries();
        signal("STOP", runner());

        assertThat(Programs.run(executor, Programs.bash("echo next")).stdout()).isEqualTo("next\n");

        assertThat(nurseries()).doesNotContainAnyElementsOf(old);
    }

    @Test
    void aNurserysCgroupsHoldThoseOfItsCellsAndGoWithThem() throws Exception {
        assumeTrue(cgroups == CgroupMode.AUTO && !before.cgroups().isEmpty(), "needs cgroups");
        try (var _ = Held.open(executor)) {
            var made = Traces.of(runtime, names).cgroups();

            assertThat(made).anyMatch(path -> path.toString().matches(".*/nursery-[0-9a-f]+"));
            assertThat(made).anyMatch(path -> path.toString().matches(".*/nursery-[0-9a-f]+/cell-\\d+"));
        }
    }

    @Test
    void theHostsPathsAreNotToldToPrograms() throws Exception {
        var told = Programs.run(
                        executor, Programs.bash("cat /proc/self/mountinfo /proc/self/environ /proc/self/cgroup"))
                .stdout();

        assertThat(told)
                .contains(" /usr ")
                .doesNotContain(Bubblewrap.libexec().toString())
                .doesNotContain(runtime.toString())
                .doesNotContain("nursery-")
                .doesNotContain("tenant-name");
    }

    @Test
    void theRunnerHoldsNothingOpenOfTheHostButWhatItNeeds() throws Exception {
        assumeTrue(Daemon.current().root(), "only root may look");
        try (var _ = open("a")) {
            // The user namespace is what bubblewrap entered: it leaves the descriptor open.
            assertThat(open(runner()))
                    .allMatch(target -> target.matches("/dev/null|socket:.*|pipe:.*|anon_inode:.*|user:.*|/proc/.*"
                            + "|/run/runnel/cell-init|/workspace|/tmp|/dev/shm|/|.*/stderr"
                            + "|/sys/fs/cgroup/.*/nursery-[0-9a-f]+(/.*)?"));
        }
    }

    /// What a process has open.
    private static List<String> open(Path process) throws IOException {
        try (var descriptors = Files.list(process.resolve("fd"))) {
            var targets = new ArrayList<String>();
            for (var descriptor : descriptors.toList()) {
                try {
                    targets.add(Files.readSymbolicLink(descriptor).toString());
                } catch (NoSuchFileException _) {
                    // Closed meanwhile: the runner makes cells ahead.
                }
            }
            return targets;
        }
    }

    @Test
    void whatADaemonThatWasKilledLeftDiesAndIsReapedAtTheNextStart() throws Exception {
        executor.close();
        try (var daemon = KilledDaemon.start(runtime, cgroups, CellConfig.DEFAULT.mode())) {
            var left = Traces.executors(runtime);
            assertThat(left).hasSize(1);
            assertThat(Traces.of(runtime, left).folders()).hasSize(1);

            daemon.kill();

            Traces.await(runtime, left, Traces::hasNoProcess);
            CommandLines.assertNone(daemon.token());
            executor = Bubblewrap.cells(Bubblewrap.config(runtime, cgroups));
            Traces.of(runtime, left).assertNothingLeft(before.withoutCgroups());
            assertThat(runtime.resolve(left.getFirst())).doesNotExist();
        }
        names = Traces.executors(runtime);
    }

    private Sandbox open(String tenant) throws SandboxException, InterruptedException {
        return executor.open(new SandboxSpec("cell-" + Nonce.random(6), tenant, Programs.SANDBOX, Optional.empty()));
    }

    private List<Path> nurseries() throws IOException {
        return Traces.of(runtime, names).folders();
    }

    /// Of the only nursery.
    private Path runner() throws IOException {
        return CommandLines.runner(nurseries().getFirst().getFileName().toString());
    }

    private static void signal(String name, Path process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, process.getFileName().toString())
                .inheritIO()
                .start()
                .waitFor();
    }
}
