package dev.runnel.executors.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// The cgroups of one sandbox. The runner and the program have different ones, so that counters are the program's
/// alone and a throttled program does not slow the runner.
///
/// @param directories all of them, each after its parent; of a [#shared] one only the outermost
/// @param launcherJoins files into which the launcher writes `0`, and so takes bubblewrap and the runner along
/// @param programJoins files into which each program writes `0` before its first instruction
/// @param counters the program's
/// @param shared whether somebody else makes cgroups below them too
record SandboxCgroup(
        List<Path> directories,
        List<Path> launcherJoins,
        List<Path> programJoins,
        List<Counter> counters,
        boolean shared) {
    /// For a daemon that can't make cgroups.
    static final SandboxCgroup NONE = new SandboxCgroup(List.of(), List.of(), List.of(), List.of());

    private static final Duration PAUSE = Duration.ofMillis(1);

    SandboxCgroup {
        directories = List.copyOf(directories);
        launcherJoins = List.copyOf(launcherJoins);
        programJoins = List.copyOf(programJoins);
        counters = List.copyOf(counters);
    }

    SandboxCgroup(List<Path> directories, List<Path> launcherJoins, List<Path> programJoins, List<Counter> counters) {
        this(directories, launcherJoins, programJoins, counters, false);
    }

    /// Cgroups of which only the outermost are known.
    static SandboxCgroup shared(List<Path> outermost, List<Path> launcherJoins) {
        return new SandboxCgroup(outermost, launcherJoins, List.of(), List.of(), true);
    }

    /// A file of the kernel's the runner reads.
    ///
    /// @param name as the runner knows it (`--counter NAME=FD`)
    /// @param resettable it is opened for writing too, and starts anew with each program
    record Counter(String name, Path file, boolean resettable) {}

    /// Kills whatever is in them with SIGKILL.
    void kill() {
        all().forEach(SandboxCgroup::kill);
    }

    /// Removes them; a cgroup is busy for a moment after its last process has gone.
    ///
    /// @return whether all are gone, and so every process that was in them
    boolean remove(Duration atMost) {
        var deadline = System.nanoTime() + atMost.toNanos();
        for (var directory : all().reversed()) {
            while (!removed(directory)) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
        return true;
    }

    private List<Path> all() {
        if (!shared) {
            return directories;
        }
        var all = new ArrayList<Path>();
        for (var outermost : directories) {
            try (var tree = Files.walk(outermost)) {
                tree.filter(Files::isDirectory).forEach(all::add);
            } catch (IOException | UncheckedIOException _) {
                all.add(outermost); // gone, or going: remove() will see
            }
        }
        return all;
    }

    private static void kill(Path directory) {
        try {
            var everything = directory.resolve("cgroup.kill"); // v2 from Linux 5.14 on
            if (Files.exists(everything)) {
                CgroupFile.write(everything, "1");
            } else {
                processes(directory).forEach(SandboxCgroup::kill);
            }
        } catch (IOException _) {
            // It is gone already, which is what was wanted; if not, remove() says so.
        }
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    private static List<Long> processes(Path directory) throws IOException {
        var pids = new ArrayList<Long>();
        for (var line : Files.readAllLines(directory.resolve("cgroup.procs"))) {
            pids.add(Long.valueOf(line));
        }
        return pids;
    }

    private static boolean removed(Path directory) {
        try {
            Files.deleteIfExists(directory);
            return true;
        } catch (IOException _) {
            kill(directory);
            return false;
        }
    }
}
