package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class NurseryCommandTest {
    private static final NurseryCommand COMMAND = new NurseryCommand(
            Path.of("/usr/bin/bwrap"),
            List.of(
                    new RootEntry.Bind(Path.of("/usr"), "/usr"),
                    new RootEntry.Bind(Path.of("/opt/runnel/runnel-runner"), "/run/runnel/runner")),
            List.of(
                    new RootEntry.Bind(Path.of("/usr"), "/usr"),
                    new RootEntry.Link("usr/bin", "/bin"),
                    new RootEntry.Copy(Path.of("/opt/runnel/p.py"), "/run/runnel/preludes/python/p.py", "0444")));

    @Test
    void theWholeCommandLineReadsFromTheOutsideInAndThenTheTreeOfCells() {
        var descriptors = new Descriptors();

        var argv = COMMAND.argv(Optional.of("9"), descriptors, List.of("/run/runnel/runner", "--nonce", "00"));

        assertThat(String.join(" ", argv)).isEqualTo("""
                        /usr/bin/bwrap
                        --userns 9 --unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup
                        --uid 1000 --gid 1000 --hostname runnel --as-pid-1 --cap-drop ALL
                        --cap-add CAP_SETUID --cap-add CAP_SETGID --clearenv
                        --ro-bind /usr /usr --ro-bind /opt/runnel/runnel-runner /run/runnel/runner
                        --proc /proc --dev /dev --remount-ro /dev --perms 0755 --dir /workspace
                        --perms 1777 --size 16777216 --tmpfs /tmp
                        --perms 0755 --tmpfs /cell
                        --ro-bind /usr /cell/usr --symlink usr/bin /cell/bin
                        --perms 0444 --file 4 /cell/run/runnel/preludes/python/p.py
                        --perms 0755 --dir /cell/dev --perms 0755 --dir /cell/proc --perms 0755 --dir /cell/tmp
                        --perms 0755 --dir /cell/workspace --perms 0755 --dir /cell/dev/shm
                        --perms 0755 --dir /cell/dev/pts
                        --dev-bind /dev/null /cell/dev/null --dev-bind /dev/zero /cell/dev/zero
                        --dev-bind /dev/full /cell/dev/full --dev-bind /dev/random /cell/dev/random
                        --dev-bind /dev/urandom /cell/dev/urandom --dev-bind /dev/tty /cell/dev/tty
                        --symlink pts/ptmx /cell/dev/ptmx --symlink /proc/self/fd /cell/dev/fd
                        --symlink /proc/self/fd/0 /cell/dev/stdin --symlink /proc/self/fd/1 /cell/dev/stdout
                        --symlink /proc/self/fd/2 /cell/dev/stderr
                        --remount-ro /cell --remount-ro / --chdir /workspace
                        -- /run/runnel/runner --nonce 00""".replace('\n', ' '));
        assertThat(descriptors.options()).containsExactly("--open", "4:r:/opt/runnel/p.py");
    }

    @Test
    void withoutUidsForCellsTheRunnerHasNoCapabilities() {
        var argv = COMMAND.argv(Optional.empty(), new Descriptors(), List.of("runner"));

        assertThat(argv).contains("--unshare-user").doesNotContain("--userns", "--cap-add", "--disable-userns");
    }
}
