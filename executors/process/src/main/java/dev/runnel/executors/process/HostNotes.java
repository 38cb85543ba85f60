package dev.runnel.executors.process;

import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What an operator should know of this machine beyond "it works".
///
/// @param root the host's root, another folder in tests
record HostNotes(Path root, KernelVersion kernel) {
    List<String> about(Setup.Able able) {
        var notes = new ArrayList<String>();
        notes.add("limits by cgroups: " + able.machine().cgroups().summary());
        if (able.machine().uids().isEmpty()) {
            notes.add("the daemon is not root, so all sandboxes have its uid: let it serve one tenant only");
        }
        if (!able.plain().bwrap().disableUserns()) {
            notes.add(
                    "this bubblewrap is older than 0.8 and can't forbid user namespaces: only the runner's system call"
                            + " filter does");
        }
        limits(able.machine().cgroups(), notes);
        crashes(notes);
        return notes;
    }

    private void limits(Cgroups cgroups, List<String> notes) {
        if (cgroups.mechanism(LimitKind.MEMORY) == Mechanism.WATCHDOG) {
            notes.add("memory is limited by a watchdog that looks at intervals, so a program can be over its limit for"
                    + " a moment");
        } else if (read("proc/swaps").lines().count() > 1 && !accountsSwap(cgroups)) {
            notes.add(
                    "this machine swaps, and its kernel does not account swap per cgroup: a program can have more than"
                            + " its memory limit by what is swapped out (boot with swapaccount=1)");
        }
        if (cgroups.mechanism(LimitKind.PROCESSES) == Mechanism.NONE) {
            notes.add(
                    "the number of processes is not limited: without cgroups that needs Linux 5.14, this is " + kernel);
        }
        if (cgroups.mechanism(LimitKind.CPU) == Mechanism.NONE) {
            notes.add("the CPU share of a program is not limited, only its CPU time");
        }
    }

    private void crashes(List<String> notes) {
        if (read("proc/sys/kernel/core_pattern").startsWith("|")) {
            notes.add("kernel.core_pattern is a pipe: when a process dumps core the kernel runs that program as root,"
                    + " outside of all sandboxes, on what the process left. Programs in sandboxes are kept from it by"
                    + " RLIMIT_CORE 1 (core(5)); a plain file name in core_pattern would be a second lock");
        }
    }

    private static boolean accountsSwap(Cgroups cgroups) {
        return cgroups.parents().stream()
                .anyMatch(parent -> Files.exists(parent.resolve("memory.memsw.limit_in_bytes"))
                        || Files.exists(parent.resolve("memory.swap.max")));
    }

    private String read(String file) {
        try {
            return Files.readString(root.resolve(file));
        } catch (IOException _) {
            return "";
        }
    }
}
