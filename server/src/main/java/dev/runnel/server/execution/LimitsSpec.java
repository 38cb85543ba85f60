package dev.runnel.server.execution;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// The limits a client names; those left out are the profile's. All are positive.
///
/// @param profile by name; without one the default profile
public record LimitsSpec(
        Optional<String> profile,
        Optional<Duration> wallTime,
        Optional<Duration> cpuTime,
        Optional<DataSize> memory,
        OptionalInt processes,
        OptionalInt cpuMillis,
        Optional<DataSize> output,
        Optional<OutputLimitAction> onOutputLimit,
        Optional<DataSize> disk,
        Optional<DataSize> fileSize) {
    /// Nothing named.
    public static final LimitsSpec NONE = new LimitsSpec(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
}
