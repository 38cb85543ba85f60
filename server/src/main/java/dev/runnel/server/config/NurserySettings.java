package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.time.Duration;

/// The nurseries of tenants, in which cells are opened.
///
/// @param forkedAhead cells made ahead for each language whose interpreter forks itself
/// @param waitingAhead cells made ahead for each language whose interpreter waits in its cell, a process each
/// @param coldAhead cells made ahead for all other programs
/// @param maxAge after which a nursery is replaced, with its interpreters
/// @param maxCells that a nursery opens before it is replaced
/// @param idleTimeout after which a tenant's nursery is closed when it has no cell
public record NurserySettings(
        @Default("4") int forkedAhead,
        @Default("1") int waitingAhead,
        @Default("4") int coldAhead,
        @Default("1h") Duration maxAge,
        @Default("10000") int maxCells,
        @Default("10m") Duration idleTimeout) {
    public NurserySettings {
        ahead("forked_ahead", forkedAhead);
        ahead("waiting_ahead", waitingAhead);
        ahead("cold_ahead", coldAhead);
        Rules.positive("max_age", maxAge);
        Rules.positive("max_cells", maxCells);
        Rules.positive("idle_timeout", idleTimeout);
    }

    private static void ahead(String key, int value) {
        InvalidKeyException.unless(value >= 0, key, "must not be negative");
    }
}
