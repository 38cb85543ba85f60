package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.process.CgroupMounts.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where a daemon looks for a place in a version 2 tree. The tree is one of plain files: what the kernel makes of the
/// writes can't be seen here.
final class DelegatedCgroupTest {
    private static final String SELF = ProcessHandle.current().pid() + "\n";

    @TempDir
    private Path top;

    @Test
    void aDaemonThatSystemdPutIntoALeafUsesTheUnitAboveIt() throws IOException {
        var unit = cgroup("system.slice/runneld.service", "");
        var own = cgroup("system.slice/runneld.service/main", SELF + "1\n");

        assertThat(candidates(own, false)).containsExactly(unit);
    }

    @Test
    void aDaemonAloneInItsCgroupMovesIntoALeafOfIt() throws IOException {
        var own = cgroup("system.slice/runneld.service", SELF);
        cgroup("system.slice/runneld.service/daemon", "");

        assertThat(candidates(own, true)).containsExactly(own, top);
        assertThat(own.resolve("daemon/cgroup.procs")).hasContent("0");
    }

    @Test
    void aDaemonAmongOthersLeavesThemInPeace() throws IOException {
        var own = cgroup("user.slice/session-1.scope", SELF + "77\n");

        assertThat(candidates(own, false)).isEmpty();
        assertThat(candidates(own, true)).containsExactly(top);
        assertThat(own.resolve("daemon")).doesNotExist();
    }

    @Test
    void controllersAreHandedOnOnlyWhereTheyAreNotYet() throws IOException {
        var place = cgroup("a", "");
        Files.writeString(place.resolve("cgroup.subtree_control"), "cpu memory pids\n");

        DelegatedCgroup.enable(place, Set.of("memory", "pids", "cpu"));

        assertThat(place.resolve("cgroup.subtree_control")).hasContent("cpu memory pids\n");
        Files.writeString(place.resolve("cgroup.subtree_control"), "cpu\n");

        DelegatedCgroup.enable(place, Set.of("memory", "pids", "cpu"));

        assertThat(place.resolve("cgroup.subtree_control")).hasContent("+cpu +memory +pids");
    }

    private List<Path> candidates(Path own, boolean root) throws IOException {
        return new DelegatedCgroup(new Mount(Set.of(), top, own), root).candidates();
    }

    private Path cgroup(String name, String processes) throws IOException {
        var directory = Files.createDirectories(top.resolve(name));
        Files.writeString(directory.resolve("cgroup.procs"), processes);
        return directory;
    }
}
