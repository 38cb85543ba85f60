package dev.runnel.executors.process;

import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/// Opens bubblewrap sandboxes with the interpreters of this machine.
///
/// Making one never fails: on a machine that can't, [#capabilities()] says why and how to mend it, and [#open] refuses.
/// It first removes what dead daemons left in the runtime directory.
///
/// A daemon that is root gives each concurrent sandbox a uid of its own. For any other daemon all sandboxes have the
/// daemon's uid: it serves one tenant.
public final class ProcessExecutor implements Executor {
    static final String NAME = "process";

    private final ProcessExecutorConfig config;
    private final Setup setup;
    private final Semaphore slots;
    private final Set<Sandbox> open = ConcurrentHashMap.newKeySet();
    private final CapabilityProbe probe;
    private volatile boolean closed;

    public ProcessExecutor(ProcessExecutorConfig config) {
        this.config = config;
        this.setup = Setup.of(config);
        this.slots = new Semaphore(config.maxSandboxes());
        this.probe = new CapabilityProbe(config, setup);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ExecutorCapabilities capabilities() {
        return probe.capabilities();
    }

    @Override
    public Sandbox open(SandboxSpec spec) throws SandboxException, InterruptedException {
        return switch (setup) {
            case Setup.Unable(var why) -> throw new SandboxException(new Reason.Unsupported(), why);
            case Setup.Able(var maker) -> open(maker, spec);
        };
    }

    private Sandbox open(SandboxMaker maker, SandboxSpec spec) throws SandboxException, InterruptedException {
        if (spec.image().isPresent()) {
            throw new SandboxException(
                    new Reason.Unsupported(),
                    "executor process has no images: it runs the interpreters of this machine");
        }
        if (closed || !slots.tryAcquire()) {
            throw closed
                    ? new SandboxException(new Reason.Unavailable(), "executor process is closed")
                    : new SandboxException(
                            new Reason.Exhausted(),
                            "executor process has all " + config.maxSandboxes() + " sandboxes open");
        }
        var opened = false;
        try {
            var sandbox = new TrackedSandbox(maker.open(spec, slots::release), open::remove);
            opened = true;
            open.add(sandbox);
            if (closed) {
                sandbox.close();
                throw new SandboxException(new Reason.Unavailable(), "executor process was closed");
            }
            return sandbox;
        } finally {
            if (!opened) {
                slots.release();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            open.forEach(sandbox -> threads.execute(sandbox::close));
        }
        switch (setup) {
            case Setup.Unable _ -> {}
            case Setup.Able(var maker) -> maker.close();
        }
    }
}
