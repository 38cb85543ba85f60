package dev.runnel.server.execution;

import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Usage;
import dev.runnel.executors.spi.WaitStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// What became of a program that was run to its end, or cancelled before its start.
///
/// @param cancelledBy present exactly when the ending is [Ending.Cancelled]
/// @param status of the main process; absent when it never started
/// @param usage absent when it never started
public record Result(
        Ending ending,
        Optional<CancelledBy> cancelledBy,
        Optional<WaitStatus> status,
        Set<LimitKind> limitHits,
        Optional<Usage> usage,
        PhaseTimings timings) {
    public Result {
        limitHits = Set.copyOf(limitHits);
        if (cancelledBy.isPresent() != ending instanceof Ending.Cancelled) {
            throw new IllegalArgumentException("who cancelled is told exactly when it was cancelled");
        }
    }

    /// Where the time went; a phase that did not take place is absent.
    ///
    /// @param queue waiting for a permit, or for the session
    /// @param sandbox getting a sandbox and putting the program into it
    /// @param run from Started to the main program's end
    /// @param kill from there to the proof that nothing is left
    /// @param collect taking artifacts
    public record PhaseTimings(
            Optional<Duration> queue,
            Optional<Duration> sandbox,
            Optional<Duration> run,
            Optional<Duration> kill,
            Optional<Duration> collect) {}
}
