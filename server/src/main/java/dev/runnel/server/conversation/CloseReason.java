package dev.runnel.server.conversation;

/// Why a conversation was closed.
public enum CloseReason {
    CLIENT,
    ABSENCE,
    MAX_TURNS,
    TERMINATION_TEXT,
    SESSION_LOST,
    SHUTDOWN
}
