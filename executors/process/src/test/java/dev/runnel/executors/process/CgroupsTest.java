package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runnel.executors.runner.Nonce;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.SandboxLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// On the real cgroup file systems of this machine, whichever it has.
final class CgroupsTest {
    private static final SandboxLimits LIMITS =
            new SandboxLimits(DataSize.ofMebibytes(64), 20, 500, DataSize.ofMebibytes(8));
    private static final Duration SOON = Duration.ofSeconds(5);

    @Test
    void limitsStandInTheKernelsFilesAndNothingIsLeftAfterwards() throws IOException {
        var recorded = new ArrayList<Path>();
        var cgroups = probe(recorded);
        assumeTrue(cgroups instanceof CgroupsV1, "needs cgroup v1 and the right to make cgroups");

        var sandbox = cgroups.create("s1", LIMITS);

        assertThat(recorded).containsExactlyElementsOf(cgroups.parents());
        assertThat(value(sandbox, "memory.limit_in_bytes")).isEqualTo("67108864");
        assertThat(value(sandbox, "pids.max")).isEqualTo("20");
        assertThat(value(sandbox, "cpu.cfs_quota_us")).isEqualTo("50000");
        assertThat(cgroups.mechanism(LimitKind.MEMORY)).isEqualTo(Mechanism.CGROUP_V1);
        assertThat(sandbox.counters())
                .allSatisfy(counter -> assertThat(counter.file()).isReadable());
        assertThat(sandbox.remove(SOON)).isTrue();
        assertThat(sandbox.directories())
                .allSatisfy(directory -> assertThat(directory).doesNotExist());
        remove(cgroups);
    }

    @Test
    void killReachesEveryProcessOfASandbox() throws Exception {
        var cgroups = probe(new ArrayList<>());
        assumeTrue(!cgroups.parents().isEmpty(), "needs the right to make cgroups");
        var sandbox = cgroups.create("s1", LIMITS);
        try (var runner = LongProcess.start(210_003);
                var program = LongProcess.start(210_003)) {
            join(sandbox.launcherJoins(), runner);
            join(sandbox.programJoins(), program);

            sandbox.kill();

            assertThat(runner.process().waitFor(SOON.toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
            assertThat(program.process().waitFor(SOON.toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
        }
        assertThat(sandbox.remove(SOON)).isTrue();
        remove(cgroups);
    }

    @Test
    void aVersionTwoTreeIsLaidOutWithLeavesForRunnerAndProgramAndKilledAtOnce() throws Exception {
        // Where version 1 has the controllers, this tree has none: what remains to be tried is everything but limits.
        var parent = TestCgroup.makeV2("runnel-v2-test-" + Nonce.random(4));
        var cgroups = new CgroupsV2(Set.of(), parent);
        var sandbox = cgroups.create("s1", LIMITS);
        assertThat(sandbox.directories())
                .containsExactly(parent.resolve("s1"), parent.resolve("s1/runner"), parent.resolve("s1/run"));
        try (var runner = LongProcess.start(210_003);
                var program = LongProcess.start(210_003)) {
            join(sandbox.launcherJoins(), runner);
            join(sandbox.programJoins(), program);

            sandbox.kill();

            assertThat(runner.process().waitFor(SOON.toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
            assertThat(program.process().waitFor(SOON.toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
        }
        assertThat(sandbox.remove(SOON)).isTrue();
        remove(cgroups);
    }

    @Test
    void aNurserysCgroupsAreItsRunnersToDivideButNotToWiden() throws Exception {
        var cgroups = probe(new ArrayList<>());
        assumeTrue(cgroups instanceof CgroupsV1 && Daemon.current().root(), "needs cgroup v1 and root");
        var owner = 210_010;

        var nursery = cgroups.createForNursery("n1", nurseryLimits(owner));

        var group = nursery.group();
        assertThat(group.directories()).hasSameSizeAs(cgroups.parents());
        assertThat(group.launcherJoins()).hasSameSizeAs(group.directories()).allMatch(file -> file.endsWith("tasks"));
        assertThat(nursery.leaf()).isEmpty();
        assertThat(String.join(" ", nursery.options(new Descriptors()))).contains("--cgroup v1:memory=4");
        assertThat(value(group, "memory.limit_in_bytes")).isEqualTo("67108864");
        assertThat(value(group, "pids.max")).isEqualTo("50");
        for (var directory : group.directories()) {
            assertThat(as(owner, "mkdir " + directory + "/cell-1")).isZero();
            assertThat(as(owner, "echo 0 >" + directory + "/cell-1/tasks")).isZero();
        }
        var memory = group.directories().getFirst();
        assertThat(as(owner, "echo 1000000 >" + memory + "/cell-1/memory.limit_in_bytes"))
                .isZero();
        assertThat(as(owner, "echo -1 >" + memory + "/memory.limit_in_bytes")).isNotZero();
        assertThat(as(owner, "mkdir " + cgroups.parents().getFirst() + "/sister"))
                .isNotZero();
        removeWithWhatIsAliveInside(group);
        remove(cgroups);
    }

    @Test
    void aNurserysTreeOfVersionTwoIsDelegatedWithoutItsLimits() throws Exception {
        assumeTrue(Daemon.current().root(), "needs root");
        var parent = TestCgroup.makeV2("runnel-v2-test-" + Nonce.random(4));
        var cgroups = new CgroupsV2(Set.of(), parent);
        var owner = 210_011;

        var nursery = cgroups.createForNursery("n1", nurseryLimits(owner));

        var directory = parent.resolve("n1");
        assertThat(nursery.group().launcherJoins()).containsExactly(directory.resolve("cgroup.procs"));
        assertThat(String.join(" ", nursery.options(new Descriptors()))).isEqualTo("--cgroup v2:=4 --leaf 5");
        assertThat(nursery.leaf()).contains(directory.resolve("runner/cgroup.procs"));
        try (var runner = LongProcess.start(owner)) {
            join(nursery.group().launcherJoins(), runner);
            var pid = runner.process().pid();
            assertThat(as(owner, "mkdir " + directory + "/cell-1")).isZero();
            assertThat(as(owner, "echo " + pid + " >" + directory + "/cell-1/cgroup.procs"))
                    .isZero();
            assertThat(as(owner, "echo " + pid + " >" + parent + "/cgroup.procs"))
                    .isNotZero();
            assertThat(as(owner, "echo 1 >" + directory + "/cgroup.max.descendants"))
                    .isNotZero();
            assertThat(as(owner, "echo 1 >" + directory + "/cgroup.kill")).isNotZero();
        }
        removeWithWhatIsAliveInside(nursery.group());
        remove(cgroups);
    }

    @Test
    void withoutCgroupsTheDescriptionSaysWhatIsLeft() {
        var none = new Cgroups.None("off", new KernelVersion(6, 1));

        assertThat(none.mechanism(LimitKind.MEMORY)).isEqualTo(Mechanism.WATCHDOG);
        assertThat(none.mechanism(LimitKind.PROCESSES)).isEqualTo(Mechanism.RLIMIT);
        assertThat(none.mechanism(LimitKind.CPU)).isEqualTo(Mechanism.NONE);
    }

    @Test
    void anOldKernelsCountPerUidIsNotCalledALimitOfProcesses() {
        assertThat(new Cgroups.None("off", new KernelVersion(5, 13)).mechanism(LimitKind.PROCESSES))
                .isEqualTo(Mechanism.NONE);
    }

    private static NurseryCgroup.Limits nurseryLimits(int owner) {
        return new NurseryCgroup.Limits(DataSize.ofMebibytes(64), 50, OptionalInt.of(owner));
    }

    /// Cells are below, and somebody is alive in one.
    private static void removeWithWhatIsAliveInside(SandboxCgroup group) throws Exception {
        try (var program = LongProcess.start(210_012)) {
            for (var directory : group.directories()) {
                CgroupFile.write(
                        directory.resolve("cell-1/cgroup.procs"),
                        Long.toString(program.process().pid()));
            }

            assertThat(group.remove(SOON)).isTrue();

            assertThat(program.process().waitFor(SOON.toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
        }
        assertThat(group.directories())
                .allSatisfy(directory -> assertThat(directory).doesNotExist());
    }

    private static int as(int uid, String command) throws Exception {
        var process = new ProcessBuilder(
                        "setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups", "sh", "-c", command)
                .redirectErrorStream(true)
                .start();
        process.inputReader().readAllAsString();
        return process.waitFor();
    }

    private static Cgroups probe(List<Path> recorded) throws IOException {
        var name = "runnel-test-" + Nonce.random(4);
        return new CgroupProbe(name, Daemon.current().root(), recorded::addAll)
                .probe(CgroupMounts.read(Path.of("/proc/self")));
    }

    private static void join(List<Path> files, LongProcess process) throws IOException {
        for (var file : files) {
            CgroupFile.write(file, Long.toString(process.process().pid()));
        }
    }

    /// The value in the program's cgroup, which is the innermost that has the file.
    private static String value(SandboxCgroup sandbox, String file) throws IOException {
        Optional<Path> found = sandbox.directories().reversed().stream()
                .map(directory -> directory.resolve(file))
                .filter(Files::exists)
                .findFirst();
        return CgroupFile.read(found.orElseThrow());
    }

    private static void remove(Cgroups cgroups) {
        assertThat(new SandboxCgroup(cgroups.parents(), List.of(), List.of(), List.of()).remove(SOON))
                .isTrue();
    }
}
