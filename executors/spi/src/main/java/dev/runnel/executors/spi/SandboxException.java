package dev.runnel.executors.spi;

/// What happened to a sandbox, as opposed to what happened to a program (an [Outcome]).
///
/// The message says what was attempted, on what, why it failed and what to do; it is shown to the user.
public final class SandboxException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Reason reason;

    public SandboxException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public SandboxException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /// Why.
    public sealed interface Reason {
        /// No sandbox could be had just now. Nothing ran; trying again may help.
        record Unavailable() implements Reason {}

        /// This machine or executor can't do what was asked; trying again won't help. Nothing ran.
        record Unsupported() implements Reason {}

        /// A bound of the executor is reached (sandboxes, uids). Nothing ran.
        record Exhausted() implements Reason {}

        /// The sandbox went away.
        ///
        /// @param programMayHaveRun whether a program may have been started
        record Lost(boolean programMayHaveRun) implements Reason {}

        /// A file could not be written or read for a reason that lies in the file.
        record FileRefused(WorkspacePath path, Problem problem) implements Reason {}
    }

    /// What is wrong with a file.
    public enum Problem {
        NOT_FOUND,
        NOT_A_REGULAR_FILE,
        LINK_ON_THE_WAY,
        NO_SPACE,
        TOO_LARGE,
        PERMISSION_DENIED,
        OTHER
    }
}
