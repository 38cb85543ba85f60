package dev.runnel.server.conversation;

/// Why a block is not run.
public enum SkipReason {
    NOT_SELECTED,
    NO_LANGUAGE,
    UNKNOWN_LANGUAGE,
    UNCLOSED,
    ROLE,
    EXECUTION_OFF,
    FILE_NAME,
    EARLIER_BLOCK,
    DENIED,
    INTERRUPTED,
    FAILED
}
