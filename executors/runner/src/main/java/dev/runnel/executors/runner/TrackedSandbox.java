package dev.runnel.executors.runner;

import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.Workspace;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// A sandbox that tells, once, that it was closed, so that somebody else's end need not close it.
public final class TrackedSandbox implements Sandbox {
    private final Sandbox delegate;
    private final Consumer<Sandbox> whenClosed;
    private final AtomicBoolean told = new AtomicBoolean();

    public TrackedSandbox(Sandbox delegate, Consumer<Sandbox> whenClosed) {
        this.delegate = delegate;
        this.whenClosed = whenClosed;
    }

    @Override
    public SandboxDescription description() {
        return delegate.description();
    }

    @Override
    public Outcome run(Program program, ProgramInput input, OutputSink sink)
            throws SandboxException, InterruptedException {
        return delegate.run(program, input, sink);
    }

    @Override
    public Workspace workspace() {
        return delegate.workspace();
    }

    @Override
    public void close() {
        delegate.close();
        if (told.compareAndSet(false, true)) {
            whenClosed.accept(this);
        }
    }
}
