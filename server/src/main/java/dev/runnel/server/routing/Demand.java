package dev.runnel.server.routing;

import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import java.util.Map;
import java.util.Optional;

/// What an executor must offer.
///
/// @param executor the one it must be
/// @param minimumIsolation the weakest that will do; without one the operator's
/// @param requireCell nothing but a cell will do
/// @param image the one it must offer
/// @param language its own name; without one any will do, as for a session
/// @param extras those that it must offer
/// @param limits those that the client named, and the field of each
public record Demand(
        Optional<String> executor,
        Optional<Isolation> minimumIsolation,
        boolean requireCell,
        Optional<String> image,
        Optional<String> language,
        Extras extras,
        Map<LimitKind, String> limits) {
    public Demand {
        limits = Map.copyOf(limits);
    }
}
