package dev.runnel.server.execution;

import java.time.Duration;

/// How an execution is ended.
public sealed interface CancelMode {
    /// Everything is killed at once.
    record Kill() implements CancelMode {}

    /// SIGINT first, and the kill when the grace is over.
    record Interrupt(Duration grace) implements CancelMode {}
}
