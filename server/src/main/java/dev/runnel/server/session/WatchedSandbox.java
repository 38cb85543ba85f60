package dev.runnel.server.session;

import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.Workspace;

/// Tells when the sandbox goes away under a run.
record WatchedSandbox(Sandbox sandbox, Runnable onLoss) implements Sandbox {
    @Override
    public SandboxDescription description() {
        return sandbox.description();
    }

    @Override
    public Outcome run(Program program, ProgramInput input, OutputSink sink)
            throws SandboxException, InterruptedException {
        try {
            return sandbox.run(program, input, sink);
        } catch (SandboxException e) {
            if (e.reason() instanceof Reason.Lost) {
                onLoss.run();
            }
            throw e;
        }
    }

    @Override
    public Workspace workspace() {
        return sandbox.workspace();
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
