package dev.runnel.server.conversation.text;

/// How a block of a turn ended, as far as a model is told.
public sealed interface BlockEnd {
    /// It exited.
    record Exited(int code) implements BlockEnd {}

    /// A signal ended it.
    ///
    /// @param name as in signal(7), for example `SIGSEGV`; empty if it has none
    record Signalled(String name) implements BlockEnd {}

    /// It was killed at its wall-time limit.
    record WallTimeExceeded() implements BlockEnd {}

    /// It was killed at its CPU-time limit.
    record CpuTimeExceeded() implements BlockEnd {}

    /// It was killed at its memory limit.
    record MemoryExceeded() implements BlockEnd {}

    /// It was killed at its output limit.
    record OutputExceeded() implements BlockEnd {}

    /// It was cancelled.
    record Cancelled() implements BlockEnd {}

    /// It was not run, because nobody approved it.
    ///
    /// @param reason may be empty
    record Denied(String reason) implements BlockEnd {}

    /// It was not run, because nothing here runs its language.
    ///
    /// @param name as written
    record UnknownLanguage(String name) implements BlockEnd {}

    /// It was not run, because the file it names would lie outside of the workspace.
    record FileOutside() implements BlockEnd {}

    /// It was not run for any other reason, for example that a block before it failed. AutoGen's and AG2's
    /// texts leave it out as long as any other block has something to tell.
    ///
    /// @param why may be empty
    record NotRun(String why) implements BlockEnd {}

    /// It could not be run, or its sandbox was lost. What it wrote before is its output.
    ///
    /// @param message may be empty
    record Failed(String message) implements BlockEnd {}
}
