package dev.runnel.server.execution;

import java.time.Instant;
import java.util.Optional;

/// How far an execution has come. The methods are the only legal moves.
public sealed interface State {
    /// When it was accepted.
    Instant created();

    /// The state's name, for filters.
    default Stage stage() {
        return switch (this) {
            case Queued _ -> Stage.QUEUED;
            case Running _ -> Stage.RUNNING;
            case Ended ended ->
                switch (ended.terminal()) {
                    case Kind.Finished _ -> Stage.FINISHED;
                    case Kind.Failed _ -> Stage.FAILED;
                };
        };
    }

    /// The states by name.
    enum Stage {
        QUEUED,
        RUNNING,
        FINISHED,
        FAILED
    }

    /// Waits for a permit, its session or a sandbox.
    record Queued(Instant created) implements State {
        Running start(Instant now) {
            return new Running(created, now);
        }

        Ended end(Instant now, Kind.Terminal terminal, Instant expires) {
            return new Ended(created, Optional.empty(), now, terminal, expires);
        }
    }

    /// The program was started.
    record Running(Instant created, Instant started) implements State {
        Ended end(Instant now, Kind.Terminal terminal, Instant expires) {
            return new Ended(created, Optional.of(started), now, terminal, expires);
        }
    }

    /// Over.
    ///
    /// @param expires when the record and its events are forgotten
    record Ended(Instant created, Optional<Instant> started, Instant ended, Kind.Terminal terminal, Instant expires)
            implements State {}
}
