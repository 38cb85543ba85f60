package dev.runnel.executors.spi;

import java.util.Set;

/// What happened to a program. Never what happened to the daemon.
///
/// @param ending why it ended
/// @param status how its main process ended, as wait(2) told it
/// @param limitHits limits noticed while the program went on, and the one that ended it
public record Outcome(Ending ending, WaitStatus status, Set<LimitKind> limitHits, Usage usage) {
    public Outcome {
        limitHits = Set.copyOf(limitHits);
    }
}
