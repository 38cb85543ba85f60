package dev.runnel.executors.process;

import dev.runnel.executors.runner.CellLimits;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.SandboxLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Bubblewrap's command line: what a program sees of the world, read from top to bottom (bwrap(1)).
///
/// There is no `--die-with-parent`: it fires when the *thread* that started bubblewrap ends, and threads of a JVM end
/// when they are idle. The runner dies of the end of its channel instead.
///
/// @param bwrap its binary
/// @param disableUserns whether this bubblewrap can forbid further user namespaces
/// @param root what is in the root, from the outside in
/// @param masks what is hidden in /proc
record BwrapCommand(Path bwrap, boolean disableUserns, List<RootEntry> root, List<RootEntry> masks) {
    /// The uid and gid of programs, inside. Not 0, and not the overflow id, which is what foreign files seem to have.
    static final String UID = "1000";

    static final String RUN = "/run/runnel";
    static final String RUNNER = RUN + "/runner";
    static final String WORKSPACE = "/workspace";

    /// Named one by one: --unshare-all goes on without a user or cgroup namespace when it can't have one.
    static final List<String> OTHER_NAMESPACES =
            List.of("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup");

    static final List<String> IDENTITY =
            List.of("--uid", UID, "--gid", UID, "--hostname", "runnel", "--as-pid-1", "--cap-drop", "ALL");

    BwrapCommand {
        root = List.copyOf(root);
        masks = List.copyOf(masks);
    }

    /// The whole argv.
    ///
    /// @param runner the runner's argv
    List<String> argv(SandboxLimits limits, Descriptors descriptors, List<String> runner) {
        var argv = new ArrayList<String>();
        argv.add(bwrap.toString());
        namespaces(argv);
        root.forEach(entry -> argv.addAll(entry.options(descriptors)));
        proc(argv, descriptors);
        dev(argv, limits);
        tmpfs(argv, "0700", limits.disk(), WORKSPACE);
        tmpfs(argv, "1777", tmp(limits), "/tmp");
        // Until here / is a writable tmpfs without a size.
        argv.addAll(List.of("--remount-ro", "/", "--chdir", WORKSPACE, "--"));
        argv.addAll(runner);
        return argv;
    }

    private void namespaces(List<String> argv) {
        argv.add("--unshare-user");
        argv.addAll(OTHER_NAMESPACES);
        if (disableUserns) {
            argv.add("--disable-userns");
        }
        argv.addAll(IDENTITY);
        argv.add("--clearenv");
    }

    private void proc(List<String> argv, Descriptors descriptors) {
        // The root of a user namespace owns nothing below /proc/sys, but a file mode is one lock, a mount the second.
        argv.addAll(List.of("--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys"));
        masks.forEach(entry -> argv.addAll(entry.options(descriptors)));
    }

    private static void dev(List<String> argv, SandboxLimits limits) {
        argv.addAll(List.of("--dev", "/dev"));
        tmpfs(argv, "1777", shm(limits), "/dev/shm");
        argv.addAll(List.of("--remount-ro", "/dev"));
    }

    /// How large /tmp is.
    static DataSize tmp(SandboxLimits limits) {
        return CellLimits.of(limits).tmp();
    }

    /// How large /dev/shm is.
    static DataSize shm(SandboxLimits limits) {
        return CellLimits.of(limits).shm();
    }

    static void tmpfs(List<String> argv, String mode, DataSize size, String inside) {
        argv.addAll(List.of("--perms", mode, "--size", Long.toString(size.bytes()), "--tmpfs", inside));
    }
}
