package dev.runnel.executors.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Ends what an instance has besides its folder: processes and cgroups. Mounts need no reaping: they are in mount
/// namespaces that end with their last process.
final class Reaper {
    private static final Duration KILLED = Duration.ofSeconds(2);
    private static final Duration CGROUP_BUSY = Duration.ofSeconds(2);

    private Reaper() {}

    /// Kills what is left of an instance's sandboxes and removes its cgroups.
    static void reap(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (var sandboxes = Files.list(directory)) {
            for (var sandbox : sandboxes.filter(Files::isDirectory).toList()) {
                ProcTable.kill(ProcTable.with(sandbox.getFileName().toString()), KILLED);
            }
        }
        for (var cgroup : new CgroupRecord(directory).read()) {
            removeCgroups(cgroup);
        }
    }

    private static void removeCgroups(Path parent) throws IOException {
        if (!Files.isDirectory(parent)) {
            return;
        }
        var cgroup = SandboxCgroup.shared(List.of(parent), List.of());
        cgroup.kill();
        if (!cgroup.remove(CGROUP_BUSY)) {
            throw new IOException("cgroup " + parent + " still has processes after " + CGROUP_BUSY);
        }
    }
}
