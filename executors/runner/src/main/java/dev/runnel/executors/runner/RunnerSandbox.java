package dev.runnel.executors.runner;

import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.Workspace;
import dev.runnel.runner.v1.FrameType;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A sandbox whose programs a runner starts: one with a runner of its own, or a cell of a [RunnerNursery].
/// Back ends make the boundary around the runner and say how it is destroyed.
///
/// Keeps the promises of [Sandbox] on top of a [RunnerConnection]: a run's output is bounded by its credit
/// while the sink is slow; an interrupt kills through the runner; a runner that does not start, end or kill
/// a program in time is taken for lost and the sandbox destroyed.
public final class RunnerSandbox implements Sandbox {
    private static final Logger LOG = LoggerFactory.getLogger(RunnerSandbox.class);

    private final SandboxDescription description;
    private final RunnerConnection connection;
    private final long cell;
    private final ProgramDefaults defaults;
    private final RunnerWorkspace workspace;
    private final FutureTask<Void> destruction;
    private final AtomicBoolean busy = new AtomicBoolean();

    /// A sandbox with a runner of its own.
    ///
    /// @param connection greeted with [Greeting.Plain]
    /// @param destroy kills whatever is in the sandbox without the runner's help and removes every trace of
    ///     it from the host. Called once, from any thread, at [#close()] or as soon as the channel has
    ///     ended; bounded in time
    public RunnerSandbox(
            SandboxDescription description, RunnerConnection connection, ProgramDefaults defaults, Runnable destroy) {
        this(description, connection, 0, defaults, () -> {
            connection.close();
            destroy.run();
        });
        connection.onEnd(this::close);
    }

    /// A cell that is open.
    RunnerSandbox(SandboxDescription description, RunnerConnection connection, Cell cell, ProgramDefaults defaults) {
        this(description, connection, cell.run(), defaults, cell::close);
    }

    private RunnerSandbox(
            SandboxDescription description,
            RunnerConnection connection,
            long cell,
            ProgramDefaults defaults,
            Runnable destroy) {
        this.description = description;
        this.connection = connection;
        this.cell = cell;
        this.defaults = defaults;
        this.workspace = new RunnerWorkspace(connection, cell);
        this.destruction = new FutureTask<>(destroy, null);
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
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("a sandbox runs one program at a time");
        }
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException("cancelled before the program started");
            }
            var request = ExecRequest.of(program, defaults, cell);
            if (!request.carriesFiles()) {
                putFiles(program);
            }
            var running = new RunningProgram(connection, request, sink);
            running.begin();
            connection.open(running, FrameType.FRAME_TYPE_EXEC, request.message());
            return new Delivery(connection, running, input, sink).toTheEnd();
        } finally {
            busy.set(false);
        }
    }

    private void putFiles(Program program) throws SandboxException, InterruptedException {
        for (var file : program.files()) {
            try {
                workspace.put(file);
            } catch (IOException e) {
                throw ExecRequest.unreadable(file, e);
            }
        }
    }

    /// Returns when the sandbox is destroyed, whoever destroys it.
    @Override
    public void close() {
        destruction.run();
        var interrupted = false;
        while (true) {
            try {
                destruction.get();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            } catch (ExecutionException e) {
                LOG.error("destroying a sandbox failed; the next start of the daemon cleans up", e.getCause());
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
