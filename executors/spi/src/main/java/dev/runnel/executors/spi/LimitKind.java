package dev.runnel.executors.spi;

/// The limits Runnel knows.
public enum LimitKind {
    WALL_TIME,
    CPU_TIME,
    MEMORY,
    PROCESSES,
    CPU,
    OUTPUT,
    DISK,
    FILE_SIZE
}
