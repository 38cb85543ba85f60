package dev.runnel.executors.process;

import dev.runnel.executors.runner.UidRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;

/// What /proc tells about processes.
final class ProcTable {
    private static final Path PROC = Path.of("/proc");
    private static final Duration PAUSE = Duration.ofMillis(1);
    /// Field 22 of /proc/PID/stat, counted from the third, the first after the name in brackets.
    private static final int START_TIME = 22 - 3;

    private ProcTable() {}

    /// When a process started, in clock ticks since boot; absent when there is no such process.
    static OptionalLong started(long pid) {
        var fields = stat(pid);
        return fields.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(fields.get(START_TIME)));
    }

    /// Every process whose owner is one of `uids`; zombies too.
    static List<Long> ownedBy(UidRange uids) throws IOException {
        var pids = new ArrayList<Long>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (var process : processes) {
                if (uids.contains(owner(process))) {
                    pids.add(Long.valueOf(process.getFileName().toString()));
                }
            }
        }
        return pids;
    }

    /// Every process that has `token` on its command line. A sandbox's launcher, bubblewrap and runner have its nonce
    /// there, and everything else in the sandbox dies with the runner, its pid 1.
    static List<ProcessHandle> with(String token) {
        var found = new ArrayList<ProcessHandle>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (var process : processes) {
                // The handle knows the start time, so it never stands for a later process of that number.
                var handle =
                        ProcessHandle.of(Long.parseLong(process.getFileName().toString()));
                if (handle.isPresent() && commandLine(process).contains(token)) {
                    found.add(handle.get());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("listing /proc failed", e);
        }
        return found;
    }

    /// Those that a process with one thread has now; none where the kernel does not tell (CONFIG_PROC_CHILDREN).
    static List<ProcessHandle> children(long pid) {
        try {
            var file = PROC.resolve(Path.of(Long.toString(pid), "task", Long.toString(pid), "children"));
            return Arrays.stream(Files.readString(file).split(" ", -1))
                    .filter(child -> !child.isBlank())
                    .flatMap(child -> ProcessHandle.of(Long.parseLong(child)).stream())
                    .toList();
        } catch (IOException _) {
            return List.of();
        }
    }

    /// Kills processes and waits until they are dead; a pid 1 is only after everything in its namespace.
    ///
    /// @return whether they are
    static boolean kill(List<ProcessHandle> processes, Duration atMost) {
        var deadline = System.nanoTime() + atMost.toNanos();
        processes.forEach(ProcessHandle::destroyForcibly);
        while (processes.stream().anyMatch(ProcTable::lives)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        return true;
    }

    /// A zombie, whose parent has not waited for it yet, does not.
    private static boolean lives(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        var fields = stat(process.pid());
        return !fields.isEmpty() && !fields.getFirst().equals("Z");
    }

    /// Fields of /proc/PID/stat from the third on, the state; none when there is no such process.
    private static List<String> stat(long pid) {
        try {
            var stat = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
            return List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        } catch (IOException _) {
            return List.of();
        }
    }

    private static List<String> commandLine(Path process) {
        try {
            return List.of(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                    .split("\0", -1));
        } catch (IOException _) {
            return List.of();
        }
    }

    private static int owner(Path process) {
        try {
            return (Integer) Objects.requireNonNull(Files.getAttribute(process, "unix:uid"));
        } catch (IOException _) {
            return -1;
        }
    }
}
