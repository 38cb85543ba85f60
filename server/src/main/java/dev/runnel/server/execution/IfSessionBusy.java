package dev.runnel.server.execution;

/// What to do when the session runs another program.
public enum IfSessionBusy {
    WAIT,
    FAIL
}
