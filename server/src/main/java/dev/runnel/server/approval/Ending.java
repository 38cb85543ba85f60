package dev.runnel.server.approval;

/// Why a question does not wait any more.
public sealed interface Ending permits Verdict, Ending.Withdrawn {
    /// Whoever asked went away before there was a verdict.
    record Withdrawn() implements Ending {}
}
