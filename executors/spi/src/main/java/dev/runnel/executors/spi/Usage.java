package dev.runnel.executors.spi;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What a run consumed. What could not be measured is absent, never 0.
///
/// @param wallTime from the start to the end of the main process
/// @param peakMemory of the whole tree
/// @param oomKills processes of the tree that the kernel killed for memory, whatever became of the main one
/// @param stdoutBytes delivered, without what was dropped
/// @param stdoutDropped bytes over the output limit
public record Usage(
        Duration wallTime,
        Optional<Duration> cpuUser,
        Optional<Duration> cpuSystem,
        Optional<DataSize> peakMemory,
        OptionalInt peakProcesses,
        OptionalLong oomKills,
        long stdoutBytes,
        long stderrBytes,
        long stdoutDropped,
        long stderrDropped) {}
