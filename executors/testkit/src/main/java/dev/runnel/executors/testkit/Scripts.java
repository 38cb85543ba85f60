package dev.runnel.executors.testkit;

import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.SandboxException;

/// Decides what a program does.
@FunctionalInterface
public interface Scripts {
    /// Never runs anything.
    ///
    /// @throws SandboxException with [Reason.Unsupported] when the command is not there
    Script scriptFor(Program program) throws SandboxException;

    /// Programs are written in the words of [LineScript].
    static Scripts lines() {
        return LineScript::of;
    }

    /// Every program does this.
    static Scripts always(Script script) {
        return _ -> script;
    }
}
