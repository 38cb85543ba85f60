package dev.runnel.executors.spi;

/// A place in which programs run, one at a time, on one workspace.
///
/// An execution without a session opens one, runs one program and closes it; a session keeps it. Not
/// thread-safe but
/// for [#close()], which may come from any thread and at any time, and [#workspace()] between runs.
public interface Sandbox extends AutoCloseable {
    /// What was really opened. Constant for the sandbox's life.
    SandboxDescription description();

    /// Runs `program` to its end and returns what became of it.
    ///
    /// - `sink` gets every byte the program wrote before its end, in order, whatever the end was. While the
    ///   sink blocks
    ///   the program is held back by its own pipe, and nobody else is.
    /// - When this returns, no process that the program started is alive.
    /// - Interrupt is cancel: the tree is killed, output that had left the program is still delivered, and the
    ///   outcome is
    ///   returned with [Ending.Cancelled] (or the program's own ending when that came first); the interrupt
    ///   flag is then
    ///   clear. Only an interrupt before the program started ends in [InterruptedException].
    /// - A program that can't be started because its command is not there is
    ///   [SandboxException.Reason.Unsupported].
    ///
    /// @throws SandboxException with [SandboxException.Reason.Lost] when the sandbox went away and it can't be
    ///     told what
    ///     became of the program; no exit code is ever invented
    Outcome run(Program program, ProgramInput input, OutputSink sink) throws SandboxException, InterruptedException;

    /// The files of this sandbox, for use while no program runs.
    Workspace workspace();

    /// Kills what is left and removes every trace of the sandbox from the host. Idempotent, never throws,
    /// bounded in
    /// time;
    /// may be called while [#run] is under way, which then fails with [SandboxException.Reason.Lost].
    @Override
    void close();
}
