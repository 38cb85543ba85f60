package dev.runnel.server.session;

/// What a session is doing.
public enum SessionState {
    /// It waits for an execution.
    IDLE,
    /// It runs one.
    BUSY,
    /// Its sandbox is gone, and the workspace with it. It can only be deleted.
    LOST
}
