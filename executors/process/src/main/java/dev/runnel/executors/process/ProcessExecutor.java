package dev.runnel.executors.process;

import dev.runnel.executors.runner.Nurseries;
import dev.runnel.executors.runner.TrackedSandbox;
import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/// Opens bubblewrap sandboxes with the interpreters of this machine.
///
/// Making one never fails: on a machine that can't, [#capabilities()] says why and how to mend it, and
/// [#open] refuses. It first removes what dead daemons left in the runtime directory.
///
/// Where this machine can, a sandbox is a cell in a nursery of its tenant's; otherwise it is plain, a
/// bubblewrap of its own. Which, [#capabilities()] finds out by opening a cell.
///
/// A daemon that is root gives each concurrent sandbox a uid of its own. For any other daemon all
/// sandboxes have the daemon's uid: it serves one tenant.
public final class ProcessExecutor implements Executor {
    static final String NAME = "process";

    private static final Duration CHECK_EVERY = Duration.ofSeconds(10);

    private final ProcessExecutorConfig config;
    private final Setup setup;
    private final Semaphore slots;
    private final Set<Sandbox> open = ConcurrentHashMap.newKeySet();
    private final CapabilityProbe probe;
    private final Optional<Nurseries<String>> nurseries;
    private volatile boolean closed;

    public ProcessExecutor(ProcessExecutorConfig config) {
        this.config = config;
        this.setup = Setup.of(config);
        this.slots = new Semaphore(config.maxSandboxes());
        this.probe = new CapabilityProbe(config, setup);
        this.nurseries = switch (setup) {
            case Setup.Unable _ -> Optional.empty();
            case Setup.Able able ->
                Optional.of(new Nurseries<>(able.nurseries(), config.cells(), InstantSource.system(), CHECK_EVERY));
        };
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
            case Setup.Able able -> open(able, spec);
        };
    }

    private Sandbox open(Setup.Able able, SandboxSpec spec) throws SandboxException, InterruptedException {
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
            var sandbox = openSomehow(able, spec);
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

    private Sandbox openSomehow(Setup.Able able, SandboxSpec spec) throws SandboxException, InterruptedException {
        return switch (probe.kind()) {
            case PLAIN -> new TrackedSandbox(able.plain().open(spec, slots::release), open::remove);
            case CELL ->
                new TrackedSandbox(nurseries.orElseThrow().open(spec.tenant(), spec), cell -> {
                    open.remove(cell);
                    slots.release();
                });
        };
    }

    @Override
    public void close() {
        closed = true;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            open.forEach(sandbox -> threads.execute(sandbox::close));
        }
        nurseries.ifPresent(Nurseries::close);
        switch (setup) {
            case Setup.Unable _ -> {}
            case Setup.Able able -> able.machine().close();
        }
    }
}
