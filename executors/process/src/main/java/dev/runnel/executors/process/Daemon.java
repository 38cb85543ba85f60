package dev.runnel.executors.process;

import dev.runnel.executors.runner.UidRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// This process, as far as sandboxes care.
///
/// @param uid its effective user id, in its own user namespace
/// @param pid its process id
/// @param started its start in clock ticks since boot: with the pid a name that is not used again
record Daemon(int uid, long pid, long started) {
    private static final Path SELF = Path.of("/proc/self");
    private static final int EFFECTIVE = 2;

    static Daemon current() throws IOException {
        var pid = ProcessHandle.current().pid();
        var uid = Files.readAllLines(SELF.resolve("status")).stream()
                .filter(line -> line.startsWith("Uid:"))
                .map(line -> Integer.parseInt(line.split("\\s+", -1)[EFFECTIVE]))
                .findFirst()
                .orElseThrow(() -> new IOException("/proc/self/status has no line Uid:"));
        return new Daemon(uid, pid, ProcTable.started(pid).orElseThrow());
    }

    boolean root() {
        return uid == 0;
    }

    /// Whether every id of `range` exists in the daemon's user namespace; in rootless containers few do.
    static boolean owns(UidRange range) throws IOException {
        return maps(SELF.resolve("uid_map"), range) && maps(SELF.resolve("gid_map"), range);
    }

    private static boolean maps(Path map, UidRange range) throws IOException {
        return Files.readAllLines(map).stream()
                .map(line -> line.strip().split("\\s+", -1))
                .anyMatch(field -> Long.parseLong(field[0]) <= range.first()
                        && Long.parseLong(field[0]) + Long.parseLong(field[2]) >= (long) range.first() + range.count());
    }
}
