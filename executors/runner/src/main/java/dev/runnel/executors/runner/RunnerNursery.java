package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// A nursery whose pid 1 is a runner: opens cells, each a [Sandbox] of its own. Thread-safe.
///
/// Back ends make the boundary around it and destroy it when [#onEnd] tells them to; every cell is gone
/// with it.
public final class RunnerNursery implements AutoCloseable {
    private final RunnerConnection connection;
    private final NurserySettings settings;
    private final ReentrantLock lock = new ReentrantLock();

    /// Until nothing is left of them.
    @GuardedBy("lock") private int openCells;

    /// @param connection greeted with [Greeting.Nursery]
    public RunnerNursery(RunnerConnection connection) {
        if (!(connection.greeting() instanceof Greeting.Nursery nursery)) {
            throw new IllegalArgumentException("the runner was not asked to be a nursery");
        }
        this.connection = connection;
        this.settings = nursery.settings();
    }

    /// What the runner said of itself.
    public RunnerFeatures features() {
        return connection.features();
    }

    /// Opens a cell in which no program has run, and waits until it is there. When this fails or is
    /// interrupted nothing is left of it.
    ///
    /// The sandbox keeps the promises of [Sandbox]. Its `close` returns when nothing is left of the cell by
    /// the runner's word; a runner that does not give that word in time loses the whole nursery.
    ///
    /// @param interpreter the warm interpreter that the first program will probably want
    /// @throws SandboxException with [Reason.Exhausted] when as many cells are open as may be, otherwise
    ///     with [Reason.Unavailable]: another nursery may do it. Nothing has run
    public Sandbox open(
            CellLimits limits, Optional<String> interpreter, ProgramDefaults defaults, SandboxDescription description)
            throws SandboxException, InterruptedException {
        if (retired()) {
            throw new SandboxException(new Reason.Unavailable(), "the nursery opens no more cells");
        }
        takePlace();
        var cell = new Cell(connection, connection.nextRun(), this::givePlaceBack);
        cell.open(CellMessages.open(limits, interpreter.filter(settings::keeps)));
        return new RunnerSandbox(description, connection, cell, defaults);
    }

    private void takePlace() throws SandboxException {
        lock.lock();
        try {
            if (openCells == settings.maxCells()) {
                throw new SandboxException(
                        new Reason.Exhausted(), "the nursery has all of its " + openCells + " cells open");
            }
            openCells++;
        } finally {
            lock.unlock();
        }
    }

    private void givePlaceBack() {
        lock.lock();
        try {
            openCells--;
        } finally {
            lock.unlock();
        }
    }

    /// Cells of which something is left, those being opened among them.
    public int openCells() {
        lock.lock();
        try {
            return openCells;
        } finally {
            lock.unlock();
        }
    }

    /// Whether it opens no more cells: its runner has said so, or the channel has ended. In the first case
    /// those that are open go on.
    public boolean retired() {
        return !connection.isOpen() || connection.own().isRetired();
    }

    /// Registers what is to be done when the nursery opens no more cells, see [#retired], at once if that
    /// is so already. It is run once, on a thread of its own.
    public void onRetired(Runnable action) {
        connection.own().onRetired(action);
    }

    /// Registers what is to be done when the channel has ended, as [RunnerConnection#onEnd]: destroying the
    /// nursery.
    public void onEnd(Runnable action) {
        connection.onEnd(action);
    }

    /// Asks the runner whether it is there, and waits for the answer. One that does not answer in time,
    /// interrupted or not, is taken for lost, and the nursery with it.
    ///
    /// @throws SandboxException with [Reason.Lost]
    public void ping(Duration within) throws SandboxException, InterruptedException {
        connection.own().ping(within);
    }

    /// Programs that its warm interpreters have run.
    public long warmStarts() {
        return connection.starts().warm();
    }

    /// Programs that were started cold.
    public long coldStarts() {
        return connection.starts().cold();
    }

    /// Ends the channel, and with it every cell. Idempotent, does not wait.
    @Override
    public void close() {
        connection.close();
    }
}
