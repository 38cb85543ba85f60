package dev.runnel.server.routing;

import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.server.execution.SandboxSource;
import java.time.Duration;

/// Opens a sandbox for one run and destroys it afterwards.
record FreshSandboxes(Executor executor, SandboxSpec spec) implements SandboxSource {
    @Override
    public Lease acquire(Duration atMost, WaitListener wait) throws SandboxException, InterruptedException {
        return new OwnSandbox(executor.open(spec));
    }

    private record OwnSandbox(Sandbox sandbox) implements Lease {
        @Override
        public void close() {
            sandbox.close();
        }
    }
}
