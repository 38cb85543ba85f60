package dev.runnel.executors.runner;

import dev.runnel.executors.spi.DataSize;

/// What a cell may have.
///
/// @param memory of its processes and files; enforced where the nursery has cgroups
/// @param processes processes and threads, likewise
/// @param cpuMillis CPU time per wall time in thousandths of one CPU, likewise
/// @param workspace size of the workspace
/// @param tmp size of /tmp
/// @param shm size of /dev/shm
public record CellLimits(
        DataSize memory, int processes, int cpuMillis, DataSize workspace, DataSize tmp, DataSize shm) {
    public CellLimits {
        if (processes < 1 || cpuMillis < 1) {
            throw new IllegalArgumentException("processes and cpuMillis must be 1 or more");
        }
    }
}
