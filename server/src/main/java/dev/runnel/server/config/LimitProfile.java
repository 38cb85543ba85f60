package dev.runnel.server.config;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.server.yaml.Default;
import java.time.Duration;

/// Limits under a name, for requests that name no limits of their own.
///
/// @param description what it is for, shown to clients
public record LimitProfile(
        @Default("''") String description,
        @Default("60s") Duration wallTime,
        @Default("60s") Duration cpuTime,
        @Default("512MiB") DataSize memory,
        @Default("128") int processes,
        @Default("1000") int cpuMillis,
        @Default("16MiB") DataSize output,
        @Default("256MiB") DataSize disk,
        @Default("256MiB") DataSize fileSize) {
    public LimitProfile {
        new LimitValues(wallTime, cpuTime, memory, processes, cpuMillis, output, disk, fileSize); // checks them
    }

    public LimitValues values() {
        return new LimitValues(wallTime, cpuTime, memory, processes, cpuMillis, output, disk, fileSize);
    }
}
