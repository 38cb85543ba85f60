package dev.runnel.server.session;

import dev.runnel.executors.spi.Sandbox;
import dev.runnel.server.execution.SandboxSource;
import java.util.concurrent.atomic.AtomicBoolean;

/// A session's sandbox for one run.
final class SessionLease implements SandboxSource.Lease {
    private final Sandbox sandbox;
    private final Runnable giveBack;
    private final AtomicBoolean closed = new AtomicBoolean();

    SessionLease(Sandbox sandbox, Runnable giveBack) {
        this.sandbox = sandbox;
        this.giveBack = giveBack;
    }

    @Override
    public Sandbox sandbox() {
        return sandbox;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            giveBack.run();
        }
    }
}
