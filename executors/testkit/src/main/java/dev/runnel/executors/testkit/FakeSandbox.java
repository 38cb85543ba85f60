package dev.runnel.executors.testkit;

import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.spi.Workspace;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// A sandbox of [FakeExecutor].
public final class FakeSandbox implements Sandbox {
    private final SandboxSpec spec;
    private final SandboxDescription description;
    private final Scripts scripts;
    private final Time time;
    private final Checkpoints checkpoints;
    private final Consumer<FakeSandbox> onClose;
    private final MemoryWorkspace workspace;
    private final AtomicReference<State> state = new AtomicReference<>(new State.Idle());

    FakeSandbox(
            SandboxSpec spec,
            SandboxDescription description,
            Scripts scripts,
            Time time,
            Checkpoints checkpoints,
            Consumer<FakeSandbox> onClose) {
        this.spec = spec;
        this.description = description;
        this.scripts = scripts;
        this.time = time;
        this.checkpoints = checkpoints;
        this.onClose = onClose;
        this.workspace = new MemoryWorkspace(spec.limits().disk());
    }

    /// What a sandbox is doing.
    private sealed interface State {
        record Idle() implements State {}

        record Running(FakeProcess process) implements State {}

        record Closed() implements State {}
    }

    /// What it was asked to be.
    public SandboxSpec spec() {
        return spec;
    }

    @Override
    public SandboxDescription description() {
        return description;
    }

    @Override
    public Workspace workspace() {
        return workspace;
    }

    @Override
    public Outcome run(Program program, ProgramInput input, OutputSink sink)
            throws SandboxException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("cancelled before the program started");
        }
        var process = new FakeProcess(program, spec.limits(), sink, workspace, time, checkpoints);
        begin(process);
        var lost = true;
        try {
            putFiles(program);
            var script = scripts.scriptFor(program);
            var outcome = run(process, script, input);
            lost = false;
            return outcome;
        } catch (SandboxException e) {
            lost = e.reason() instanceof Reason.Lost;
            throw e;
        } finally {
            end(process, lost);
        }
    }

    private Outcome run(FakeProcess process, Script script, ProgramInput input) throws SandboxException {
        process.started();
        var wallTime =
                time.after(process.program().limits().wallTime(), () -> process.kill(new Ending.WallTimeExceeded()));
        var stdin = Thread.ofVirtual().name("fake-stdin").start(() -> pumpStdin(process, input));
        var signals = Thread.ofVirtual().name("fake-signals").start(() -> pumpSignals(process, input));
        try {
            return process.finish(script);
        } finally {
            wallTime.cancel();
            stdin.interrupt();
            signals.interrupt();
            // A cancel that came too late has no one left to cancel.
            Thread.interrupted();
        }
    }

    private void putFiles(Program program) throws SandboxException {
        for (var file : program.files()) {
            try {
                workspace.put(file);
            } catch (IOException e) {
                throw new SandboxException(new Reason.Lost(false), "a program's file could not be read", e);
            }
        }
    }

    private void begin(FakeProcess process) throws SandboxException {
        var before = state.get();
        switch (before) {
            case State.Closed _ -> throw new SandboxException(new Reason.Lost(false), "the fake sandbox is closed");
            case State.Running _ -> throw new IllegalStateException("a sandbox runs one program at a time");
            case State.Idle _ -> {
                if (!state.compareAndSet(before, new State.Running(process))) {
                    begin(process);
                }
            }
        }
    }

    private void end(FakeProcess process, boolean lost) {
        if (state.get() instanceof State.Running running && running.process() == process) {
            state.compareAndSet(running, lost ? new State.Closed() : new State.Idle());
        }
    }

    private static void pumpStdin(FakeProcess process, ProgramInput input) {
        try {
            while (true) {
                var bytes = input.readStdin(process.awaitStdinRoom());
                var more = bytes.hasRemaining();
                process.putStdin(bytes);
                if (!more) {
                    return;
                }
            }
        } catch (InterruptedException _) {
            // The program has ended.
        }
    }

    private static void pumpSignals(FakeProcess process, ProgramInput input) {
        try {
            while (true) {
                process.signal(input.nextSignal());
            }
        } catch (InterruptedException _) {
            // The program has ended.
        }
    }

    /// A checkpoint was released.
    void wake() {
        if (state.get() instanceof State.Running running) {
            running.process().wake();
        }
    }

    @Override
    public void close() {
        var before = state.getAndSet(new State.Closed());
        if (before instanceof State.Running running) {
            running.process().lose("the fake sandbox was closed while a program ran");
        }
        onClose.accept(this);
    }
}
