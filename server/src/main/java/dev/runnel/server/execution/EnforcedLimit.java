package dev.runnel.server.execution;

import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import java.time.Duration;

/// A limit as it holds, and what enforces it.
public record EnforcedLimit(LimitKind kind, Value value, Mechanism mechanism) {
    /// How much.
    public sealed interface Value {
        /// For the times.
        record Time(Duration duration) implements Value {}

        /// For all others: bytes, processes, or thousandths of a CPU.
        record Amount(long amount) implements Value {}
    }
}
