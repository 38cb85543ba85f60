package dev.runnel.server.session;

import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.server.execution.LimitsSpec;
import java.time.Duration;
import java.util.Optional;

/// What a session is, as a client asks for it. Two requests are the same when their specs are equal.
///
/// @param limits of the sandbox, and what its executions have when they name none
/// @param minimumIsolation the weakest that will do; without one the daemon's default
/// @param executor the one that must be used
/// @param requireCell nothing but a cell will do
/// @param image the one that its sandbox must be made of
/// @param language name or alias of the one that most of its executions will be in
/// @param extras what its sandbox must have beyond the usual
/// @param idleTimeout how long it may be without an execution; without one the daemon's default
public record SessionSpec(
        LimitsSpec limits,
        Optional<Isolation> minimumIsolation,
        Optional<String> executor,
        boolean requireCell,
        Optional<String> image,
        Optional<String> language,
        Extras extras,
        Optional<Duration> idleTimeout) {}
