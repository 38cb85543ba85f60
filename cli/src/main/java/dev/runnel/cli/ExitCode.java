package dev.runnel.cli;

import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.Outcome;

/// What `exec`, `run`, `chat` and `attach` exit with; docs/operations/cli.md has the table.
///
/// A program may exit with any of these itself: `--json` tells the cases apart.
final class ExitCode {
    /// Runnel itself failed: bad usage, a refusal, a lost daemon, an end this command does not know.
    static final int RUNNEL_FAILED = 121;

    /// The program was killed at its output limit.
    static final int OUTPUT_LIMIT = 122;

    /// The program was killed at a time limit, as timeout(1) has it.
    static final int TIME_LIMIT = 124;

    /// The program was cancelled, as a shell has it after Ctrl-C.
    static final int CANCELLED = 130;

    /// The program was killed at its memory limit, as 128 + SIGKILL.
    static final int MEMORY_LIMIT = 137;

    /// Added to a signal's number, as shells do.
    private static final int SIGNAL = 128;

    private ExitCode() {}

    /// The code for an execution's last event.
    static int of(ExecutionEvent last) {
        return last.hasFinished() ? of(last.getFinished().getOutcome()) : RUNNEL_FAILED;
    }

    /// The code for an outcome. One that this command does not know is an end without success.
    static int of(Outcome outcome) {
        return switch (outcome.getCauseCase()) {
            case EXITED -> outcome.hasExitCode() ? outcome.getExitCode() : RUNNEL_FAILED;
            case SIGNALLED -> outcome.hasSignal() ? SIGNAL + outcome.getSignal() : RUNNEL_FAILED;
            case TIMED_OUT -> TIME_LIMIT;
            case MEMORY_EXCEEDED -> MEMORY_LIMIT;
            case OUTPUT_EXCEEDED -> OUTPUT_LIMIT;
            case CANCELLED -> CANCELLED;
            case CAUSE_NOT_SET -> RUNNEL_FAILED;
        };
    }
}
