package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.process.CgroupMounts.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CgroupMountsTest {
    @TempDir
    private Path proc;

    @Test
    void aHybridHostHasOneMountPerHierarchyAndTheUnifiedOne() throws IOException {
        write("cgroup", """
                5:memory:/service/a
                4:cpu,cpuacct:/
                1:name=systemd:/x
                0::/y
                """);
        write("mountinfo", """
                20 1 254:0 / / rw - ext4 /dev/vda rw
                30 20 0:30 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory
                31 20 0:31 / /sys/fs/cgroup/cpu,cpuacct rw shared:7 - cgroup cgroup rw,cpu,cpuacct
                32 20 0:32 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
                33 20 0:33 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate
                """);

        var mounts = CgroupMounts.read(proc);

        assertThat(mounts.v1())
                .containsExactly(
                        mount(Set.of("memory"), "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/service/a"),
                        mount(Set.of("cpu", "cpuacct"), "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct"));
        assertThat(mounts.v2()).contains(mount(Set.of(), "/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified/y"));
    }

    @Test
    void inAContainerThePathIsTakenRelativeToWhatIsMounted() throws IOException {
        write("cgroup", "5:memory:/docker/abc/inner\n");
        write("mountinfo", """
                30 20 0:30 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory
                """);

        assertThat(CgroupMounts.read(proc).v1())
                .containsExactly(mount(Set.of("memory"), "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/inner"));
    }

    @Test
    void aPathOutsideOfWhatIsMountedCountsAsTheMountPoint() throws IOException {
        write("cgroup", "0::/../elsewhere\n");
        write("mountinfo", "30 20 0:30 /unit.service /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");

        assertThat(CgroupMounts.read(proc).v2()).contains(mount(Set.of(), "/sys/fs/cgroup", "/sys/fs/cgroup"));
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(proc.resolve(name), content);
    }

    private static Mount mount(Set<String> controllers, String top, String own) {
        return new Mount(controllers, Path.of(top), Path.of(own));
    }
}
