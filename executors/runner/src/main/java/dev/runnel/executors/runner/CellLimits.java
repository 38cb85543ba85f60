package dev.runnel.executors.runner;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.SandboxLimits;

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
    private static final DataSize MAX_TMP = DataSize.ofMebibytes(256);
    private static final DataSize MAX_SHM = DataSize.ofMebibytes(64);

    public CellLimits {
        if (processes < 1 || cpuMillis < 1) {
            throw new IllegalArgumentException("processes and cpuMillis must be 1 or more");
        }
    }

    /// Those of a sandbox; /tmp and /dev/shm are as large as its disk, up to a size of their own.
    public static CellLimits of(SandboxLimits limits) {
        return new CellLimits(
                limits.memory(),
                limits.processes(),
                limits.cpuMillis(),
                limits.disk(),
                smaller(limits.disk(), MAX_TMP),
                smaller(limits.disk(), MAX_SHM));
    }

    private static DataSize smaller(DataSize one, DataSize other) {
        return one.bytes() < other.bytes() ? one : other;
    }
}
