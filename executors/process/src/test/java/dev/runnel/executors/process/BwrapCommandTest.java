package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.SandboxLimits;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BwrapCommandTest {
    private static final BwrapCommand COMMAND = new BwrapCommand(
            Path.of("/usr/bin/bwrap"),
            true,
            List.of(
                    new RootEntry.Bind(Path.of("/usr"), "/usr"),
                    new RootEntry.Link("usr/bin", "/bin"),
                    new RootEntry.Directory("/etc"),
                    new RootEntry.Copy(Path.of("/daemon/passwd"), "/etc/passwd", "0444")),
            List.of(new RootEntry.MaskedFile("/proc/keys"), new RootEntry.MaskedDirectory("/proc/acpi")));

    @Test
    void theWholeCommandLineReadsFromTheOutsideIn() {
        var descriptors = new Descriptors();

        var argv = COMMAND.argv(
                limits(DataSize.ofMebibytes(512)), descriptors, List.of("/run/runnel/runner", "--nonce", "00"));

        assertThat(String.join(" ", argv)).isEqualTo("""
                        /usr/bin/bwrap
                        --unshare-user --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup
                        --disable-userns --uid 1000 --gid 1000 --hostname runnel --as-pid-1 --cap-drop ALL --clearenv
                        --ro-bind /usr /usr --symlink usr/bin /bin
                        --perms 0755 --dir /etc --perms 0444 --file 4 /etc/passwd
                        --proc /proc --ro-bind /proc/sys /proc/sys --ro-bind /dev/null /proc/keys
                        --perms 0555 --tmpfs /proc/acpi --remount-ro /proc/acpi
                        --dev /dev --perms 1777 --size 67108864 --tmpfs /dev/shm --remount-ro /dev
                        --perms 0700 --size 536870912 --tmpfs /workspace --perms 1777 --size 268435456 --tmpfs /tmp
                        --remount-ro / --chdir /workspace -- /run/runnel/runner --nonce 00""".replace('\n', ' '));
        assertThat(descriptors.options()).containsExactly("--open", "4:r:/daemon/passwd");
    }

    @Test
    void noTemporaryDirectoryIsLargerThanTheWorkspace() {
        var argv = COMMAND.argv(limits(DataSize.ofMebibytes(1)), new Descriptors(), List.of("runner"));

        assertThat(argv.stream().filter("1048576"::equals)).hasSize(3);
    }

    @Test
    void anOldBubblewrapIsNotAskedToForbidUserNamespaces() {
        var old = new BwrapCommand(COMMAND.bwrap(), false, COMMAND.root(), COMMAND.masks());

        assertThat(old.argv(limits(DataSize.ofMebibytes(1)), new Descriptors(), List.of("runner")))
                .doesNotContain("--disable-userns")
                .contains("--unshare-user");
    }

    private static SandboxLimits limits(DataSize disk) {
        return new SandboxLimits(DataSize.ofMebibytes(64), 16, 1000, disk);
    }
}
