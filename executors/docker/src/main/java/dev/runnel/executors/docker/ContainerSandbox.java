package dev.runnel.executors.docker;

import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.Workspace;

/// A sandbox of which it is known what image it is made of: says so where the image lacks a command.
record ContainerSandbox(Sandbox delegate, ContainerImage image) implements Sandbox {
    @Override
    public SandboxDescription description() {
        return delegate.description();
    }

    @Override
    public Outcome run(Program program, ProgramInput input, OutputSink sink)
            throws SandboxException, InterruptedException {
        try {
            return delegate.run(program, input, sink);
        } catch (SandboxException e) {
            throw e.reason() instanceof Reason.Unsupported ? missing(program, e) : e;
        }
    }

    private SandboxException missing(Program program, SandboxException e) {
        var path = program.environment().getOrDefault("PATH", image.path());
        return new SandboxException(
                e.reason(),
                "image " + image.reference() + " has no interpreter "
                        + program.argv().getFirst() + " (looked for in " + path + "): name another image, or a language"
                        + " that it has. " + e.getMessage(),
                e);
    }

    @Override
    public Workspace workspace() {
        return delegate.workspace();
    }

    @Override
    public void close() {
        delegate.close();
    }
}
