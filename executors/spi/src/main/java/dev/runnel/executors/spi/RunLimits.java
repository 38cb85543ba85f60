package dev.runnel.executors.spi;

import java.time.Duration;

/// Limits of one run.
///
/// @param wallTime from [OutputSink#started()] on
/// @param cpuTime user and system time of the program and all it started
/// @param output bytes of stdout and stderr together
/// @param onOutputLimit what happens at the byte after `output`
/// @param fileSize the largest file the program can write (RLIMIT_FSIZE)
public record RunLimits(
        Duration wallTime, Duration cpuTime, DataSize output, OutputLimitAction onOutputLimit, DataSize fileSize) {

    /// What happens to a program that writes more than its output limit.
    public enum OutputLimitAction {
        /// The tree is killed; the outcome is [Ending.OutputExceeded].
        KILL,
        /// The program goes on; what is over the limit is counted and dropped.
        DISCARD
    }

    public RunLimits {
        Checks.positive("wallTime", wallTime.toNanos());
        Checks.positive("cpuTime", cpuTime.toNanos());
        Checks.positive("output", output.bytes());
        Checks.positive("fileSize", fileSize.bytes());
    }
}
