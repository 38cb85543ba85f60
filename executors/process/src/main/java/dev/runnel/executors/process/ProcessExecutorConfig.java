package dev.runnel.executors.process;

import dev.runnel.executors.runner.CellConfig;
import dev.runnel.executors.runner.UidRange;
import dev.runnel.executors.spi.Language;
import java.nio.file.Path;
import java.util.List;

/// How the process executor is set up.
///
/// @param bwrap bubblewrap's binary
/// @param libexec the folder with `runnel-runner` and `runnel-launch`
/// @param runtimeDirectory the executor's own, made when missing; every daemon that shares it also reaps
///     in it what another one left. Its path is short: a Unix socket below it must fit 107 bytes
/// @param uids what a daemon that is root gives its sandboxes; without meaning for any other daemon
/// @param languages whose preludes every sandbox shows, and which the probe tries
/// @param maxSandboxes open at a time, whatever they are
/// @param cells how and whether sandboxes are cells
public record ProcessExecutorConfig(
        Path bwrap,
        Path libexec,
        Path runtimeDirectory,
        UidRange uids,
        List<Language> languages,
        int maxSandboxes,
        CgroupMode cgroups,
        CellConfig cells) {
    public static final Path DEFAULT_BWRAP = Path.of("/usr/bin/bwrap");

    /// Where nothing else is by systemd's list of ids, and above what newuidmap(1) is given by default.
    public static final UidRange DEFAULT_UIDS = new UidRange(1_900_000_000, 65_536);

    public static final int DEFAULT_MAX_SANDBOXES = 256;

    public ProcessExecutorConfig {
        languages = List.copyOf(languages);
        if (maxSandboxes < 1) {
            throw new IllegalArgumentException("maxSandboxes must be at least 1, was " + maxSandboxes);
        }
    }

    /// The defaults, for what a distribution knows about itself.
    public static ProcessExecutorConfig defaults(Path libexec, Path runtimeDirectory, List<Language> languages) {
        return new ProcessExecutorConfig(
                DEFAULT_BWRAP,
                libexec,
                runtimeDirectory,
                DEFAULT_UIDS,
                languages,
                DEFAULT_MAX_SANDBOXES,
                CgroupMode.AUTO,
                CellConfig.DEFAULT);
    }

    Path runner() {
        return libexec.resolve("runnel-runner");
    }

    Path launcher() {
        return libexec.resolve("runnel-launch");
    }

    /// Pid 1 of cells.
    Path cellInit() {
        return libexec.resolve("runnel-cell-init");
    }

    /// With it a Python interpreter forks itself into cells.
    Path forker() {
        return libexec.resolve("_runnel_cell.abi3.so");
    }

    /// Whether limits are enforced by cgroups.
    public enum CgroupMode {
        /// Where the daemon may create them.
        AUTO,
        /// Never.
        OFF
    }
}
