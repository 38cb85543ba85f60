package dev.runnel.server.execution;

import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.Isolation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What an execution is. Two requests are the same when their specs are equal: maps compare as maps, content by
/// digest, a value left out equals its default.
///
/// @param session the session to run in; without one a sandbox of its own
/// @param minimumIsolation the weakest that will do; without one the daemon's default
/// @param executor the one that must be used
/// @param requireCell nothing but a cell will do
/// @param image the one that its sandbox must be made of
/// @param extras what its sandbox must have beyond the usual
/// @param artifacts relative globs of files to keep after the end
/// @param maxQueueTime how long it may wait before it starts; without one the daemon's default
public record ExecutionSpec(
        ProgramSpec program,
        StandardInput standardInput,
        Optional<String> session,
        LimitsSpec limits,
        Optional<Isolation> minimumIsolation,
        Optional<String> executor,
        boolean requireCell,
        Optional<String> image,
        Extras extras,
        List<String> artifacts,
        Optional<Duration> maxQueueTime,
        IfSessionBusy ifSessionBusy) {
    public ExecutionSpec {
        artifacts = List.copyOf(artifacts);
    }

    /// An equal spec that does not hold on to any content, for as long as the execution is remembered.
    ExecutionSpec withoutBytes() {
        return new ExecutionSpec(
                program.withoutBytes(),
                switch (standardInput) {
                    case StandardInput.Bytes(var content) -> new StandardInput.Bytes(content.withoutBytes());
                    case StandardInput.None _, StandardInput.KeptOpen _ -> standardInput;
                },
                session,
                limits,
                minimumIsolation,
                executor,
                requireCell,
                image,
                extras,
                artifacts,
                maxQueueTime,
                ifSessionBusy);
    }
}
