package dev.runnel.executors.runner;

import java.io.IOException;

/// The peer broke the rules of the protocol. It is hostile from then on.
final class ProtocolViolationException extends IOException {
    private static final long serialVersionUID = 1L;

    /// @param what in the daemon's own words: nothing the peer sent is quoted but numbers
    ProtocolViolationException(String what) {
        super(what);
    }
}
