package dev.runnel.executors.runner;

import java.util.List;

/// What /proc tells about the machine beyond what programs need (cpuinfo, meminfo, stat stay).
public final class ProcMasks {
    /// Names in /proc; not every kernel has all of them.
    public static final List<String> NAMES = List.of(
            "acpi",
            "bus",
            "cmdline",
            "config.gz",
            "fs",
            "interrupts",
            "kallsyms",
            "key-users",
            "keys",
            // Anybody may write there, and each trigger is work for the host's kernel.
            "pressure",
            "sched_debug",
            "scsi",
            "sysrq-trigger",
            "timer_list");

    private ProcMasks() {}
}
