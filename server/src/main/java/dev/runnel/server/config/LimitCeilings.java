package dev.runnel.server.config;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.server.yaml.Default;
import java.time.Duration;

/// The greatest limits that a request or a profile may name. More is refused, never clamped.
public record LimitCeilings(
        @Default("1h") Duration wallTime,
        @Default("4h") Duration cpuTime,
        @Default("4GiB") DataSize memory,
        @Default("1024") int processes,
        @Default("4000") int cpuMillis,
        @Default("16GiB") DataSize output,
        @Default("2GiB") DataSize disk,
        @Default("2GiB") DataSize fileSize) {
    public LimitCeilings {
        new LimitValues(wallTime, cpuTime, memory, processes, cpuMillis, output, disk, fileSize); // checks them
    }

    public LimitValues values() {
        return new LimitValues(wallTime, cpuTime, memory, processes, cpuMillis, output, disk, fileSize);
    }
}
