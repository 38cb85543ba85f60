package dev.runnel.server.config;

import dev.runnel.executors.spi.DataSize;
import java.time.Duration;

/// One value for each limit; what they mean stands at [dev.runnel.executors.spi.RunLimits] and
/// [dev.runnel.executors.spi.SandboxLimits].
public record LimitValues(
        Duration wallTime,
        Duration cpuTime,
        DataSize memory,
        int processes,
        int cpuMillis,
        DataSize output,
        DataSize disk,
        DataSize fileSize) {
    public LimitValues {
        Rules.positive("wall_time", wallTime);
        Rules.positive("cpu_time", cpuTime);
        Rules.positive("memory", memory);
        Rules.positive("processes", processes);
        Rules.positive("cpu_millis", cpuMillis);
        Rules.positive("output", output);
        Rules.positive("disk", disk);
        Rules.positive("file_size", fileSize);
    }
}
