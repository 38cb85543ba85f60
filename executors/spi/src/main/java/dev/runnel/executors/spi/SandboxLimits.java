package dev.runnel.executors.spi;

/// Limits that hold for everything in a sandbox together.
///
/// @param memory of all processes and of the files in the workspace and temporary directories (they are tmpfs)
/// @param processes processes and threads at any instant; the program's own main thread counts
/// @param cpuMillis CPU time per wall time in thousandths of one CPU: 1500 is one and a half CPUs
/// @param disk bytes the workspace can hold; /tmp and /dev/shm have a size of their own, at most this
public record SandboxLimits(DataSize memory, int processes, int cpuMillis, DataSize disk) {
    public SandboxLimits {
        Checks.positive("memory", memory.bytes());
        Checks.positive("processes", processes);
        Checks.positive("cpuMillis", cpuMillis);
        Checks.positive("disk", disk.bytes());
    }
}
