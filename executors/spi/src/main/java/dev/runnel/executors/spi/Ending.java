package dev.runnel.executors.spi;

/// Why a program ended.
public sealed interface Ending {
    /// By itself, with an exit code.
    record Exited() implements Ending {}

    /// By a signal that Runnel did not send.
    record Signalled() implements Ending {}

    /// Killed at the wall-time limit.
    record WallTimeExceeded() implements Ending {}

    /// Killed at the CPU-time limit.
    record CpuTimeExceeded() implements Ending {}

    /// Killed by the kernel or a watchdog at the memory limit.
    record MemoryExceeded() implements Ending {}

    /// Killed at the output limit.
    record OutputExceeded() implements Ending {}

    /// Killed because the run was cancelled.
    record Cancelled() implements Ending {}
}
