package dev.runnel.server.execution;

/// What a program reads.
public sealed interface StandardInput {
    /// Nothing: it is at its end from the start.
    record None() implements StandardInput {}

    /// These bytes, then the end.
    record Bytes(ContentSource content) implements StandardInput {}

    /// What WriteStdin brings.
    record KeptOpen() implements StandardInput {}
}
