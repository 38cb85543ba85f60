package dev.runnel.server.execution;

import java.time.Duration;

/// What happens when an execution's driver stream is lost.
public sealed interface OnDisconnect {
    /// Cancel it when no driver has come back within the grace.
    record Cancel(Duration grace) implements OnDisconnect {}

    /// Let it run to its end and keep all its events.
    record Detach() implements OnDisconnect {}
}
