package dev.runnel.executors.runner;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.WarmInterpreter;
import java.time.Duration;

/// How cells are made, and how long a nursery is kept.
///
/// @param concurrent cells of one nursery, and so of one tenant, open at a time; a daemon that is root
///     leases as many uids for each nursery, and one more
/// @param forkedAhead cells made ahead for each interpreter that forks itself
/// @param waitingAhead cells made ahead for each interpreter that waits in its cell: each holds a whole
///     process
/// @param coldAhead cells made ahead for cold starts
/// @param usual limits of cells made ahead: opening one with others takes a little longer
/// @param maxAge a nursery is replaced after this: what its forks share, as the layout of their memory, is
///     not for ever
/// @param maxOpened a nursery is replaced after it opened so many cells
/// @param idle a nursery without a cell is closed after this
public record CellConfig(
        CellMode mode,
        int concurrent,
        int forkedAhead,
        int waitingAhead,
        int coldAhead,
        SandboxLimits usual,
        Duration maxAge,
        int maxOpened,
        Duration idle) {
    public static final CellConfig DEFAULT = new CellConfig(
            CellMode.AUTO,
            64,
            4,
            1,
            4,
            new SandboxLimits(DataSize.ofMebibytes(512), 128, 1000, DataSize.ofMebibytes(256)),
            Duration.ofHours(1),
            10_000,
            Duration.ofMinutes(10));

    public CellConfig {
        if (concurrent < 1 || maxOpened < 1 || forkedAhead < 0 || waitingAhead < 0 || coldAhead < 0) {
            throw new IllegalArgumentException("cells: counts must be positive, those made ahead at least 0");
        }
    }

    /// The same in another mode.
    public CellConfig in(CellMode other) {
        return new CellConfig(other, concurrent, forkedAhead, waitingAhead, coldAhead, usual, maxAge, maxOpened, idle);
    }

    public int ahead(WarmInterpreter.Kind kind) {
        return switch (kind) {
            case FORKED -> forkedAhead;
            case WAITING -> waitingAhead;
        };
    }

    /// Whether sandboxes are cells.
    public enum CellMode {
        /// Where a cell can be opened; otherwise each sandbox is started cold, and the capabilities' notes
        /// say why.
        AUTO,
        /// Never.
        OFF,
        /// Always: where none can be opened the executor is unavailable.
        REQUIRED
    }
}
