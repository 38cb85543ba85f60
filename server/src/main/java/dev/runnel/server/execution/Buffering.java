package dev.runnel.server.execution;

/// How an interpreter buffers its text output.
public enum Buffering {
    /// Written out at every end of line.
    LINE,
    /// As the interpreter does on its own.
    NATIVE
}
