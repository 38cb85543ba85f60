package dev.runnel.server.approval;

/// What the one who asked is told. Only [Approved] lets it run.
public sealed interface Verdict extends Ending {
    /// It may run, just as it was shown.
    record Approved(String by, String reason) implements Verdict {}

    /// It may not.
    ///
    /// @param reason may be empty
    record Denied(String by, String reason) implements Verdict {}

    /// It may not: nobody decided in time.
    record Expired() implements Verdict {}
}
