package dev.runnel.executors.spi;

/// What enforces a limit.
public enum Mechanism {
    CGROUP_V2,
    CGROUP_V1,
    /// setrlimit(2): per process, not for the tree.
    RLIMIT,
    /// Runnel measures and kills.
    WATCHDOG,
    /// A file system of that size.
    FILESYSTEM,
    /// Nothing.
    NONE
}
