package dev.runnel.server.execution;

/// Who cancelled an execution.
public enum CancelledBy {
    CLIENT,
    DISCONNECT,
    OPERATOR,
    SHUTDOWN,
    SESSION_DELETED
}
