package dev.runnel.cli;

/// The command can't do what its arguments ask; the message says why and what to do.
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
