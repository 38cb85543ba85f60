package dev.runnel.executors.runner;

import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.runner.v1.CellFailed;
import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.OpenCell;
import java.nio.ByteBuffer;
import java.time.Duration;

/// One cell of a nursery, from OpenCell to CellClosed.
final class Cell implements Receiver {
    static final Duration OPEN_WITHIN = Duration.ofSeconds(10);
    static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    /// Why a cell that was closed does nothing more.
    static final String CLOSED = "it was closed";

    private final RunnerConnection connection;
    private final long run;
    private final Runnable whenGone;
    private final Watchdog opening;
    private final Watchdog closing;
    private final Inbox<Event> inbox = new Inbox<>();

    // The reader's own.
    private boolean opened;

    private volatile boolean closeRequested;

    /// @param whenGone run once by the reader, when nothing is left of the cell; must not block
    Cell(RunnerConnection connection, long run, Runnable whenGone) {
        this.connection = connection;
        this.run = run;
        this.whenGone = whenGone;
        this.opening = new Watchdog(connection);
        this.closing = new Watchdog(connection);
    }

    /// What happened, in order. After all but the first nothing is left of the cell.
    private sealed interface Event {
        record Opened() implements Event {}

        record Failed(SandboxException why) implements Event {}

        record Closed() implements Event {}
    }

    @Override
    public long run() {
        return run;
    }

    /// A cell is in none.
    @Override
    public long cell() {
        return 0;
    }

    // The reader

    @Override
    public boolean receive(FrameType type, ByteBuffer payload) throws ProtocolViolationException {
        return switch (type) {
            case FRAME_TYPE_CELL_OPENED -> {
                require(!opened, type);
                opened = true;
                opening.disarm();
                inbox.put(new Event.Opened());
                yield false;
            }
            case FRAME_TYPE_CELL_FAILED -> {
                require(!opened, type);
                over(new Event.Failed(failure(Messages.parse(CellFailed::parseFrom, payload))));
                yield true;
            }
            case FRAME_TYPE_CELL_CLOSED -> {
                // Also for one that was not opened yet: nothing is left of it either way.
                require(closeRequested, type);
                connection.cellClosed(run);
                over(new Event.Closed());
                yield true;
            }
            // Everything else belongs to runs, to transfers, to the channel, or to the daemon.
            default -> throw new ProtocolViolationException(type + " for a cell");
        };
    }

    private static void require(boolean right, FrameType type) throws ProtocolViolationException {
        if (!right) {
            throw new ProtocolViolationException(type + " out of order");
        }
    }

    private static SandboxException failure(CellFailed failure) {
        return new SandboxException(
                new Reason.Unavailable(),
                "a cell could not be opened: " + Untrusted.text(failure.getStep()) + " failed with errno "
                        + failure.getErrnoNumber());
    }

    private void over(Event last) {
        opening.disarm();
        closing.disarm();
        whenGone.run();
        inbox.put(last);
    }

    @Override
    public void closing() {
        throw new AssertionError("a cell is in none");
    }

    @Override
    public void cellClosed() {
        throw new AssertionError("a cell is in none");
    }

    @Override
    public void lost(String why) {
        opening.disarm();
        closing.disarm();
        whenGone.run();
        inbox.lost(why);
    }

    // The threads that open and close it

    /// Asks for the cell and waits until it is there. When this fails nothing is left of it.
    ///
    /// @throws SandboxException with [Reason.Unavailable]
    void open(OpenCell message) throws SandboxException, InterruptedException {
        opening.arm(OPEN_WITHIN, "it does not open cells");
        try {
            connection.open(this, FrameType.FRAME_TYPE_OPEN_CELL, message);
            if (inbox.take(false) instanceof Event.Failed(var why)) {
                throw why;
            }
        } catch (InterruptedException e) {
            close();
            throw e;
        } catch (SandboxException e) {
            throw e.reason() instanceof Reason.Lost
                    ? new SandboxException(new Reason.Unavailable(), "a cell could not be opened: " + e.getMessage(), e)
                    : e;
        }
    }

    /// Ends whatever is in the cell and returns when nothing is left of it: by the runner's word or, where
    /// that is not to be had in time, with the whole nursery. For one call; an interrupt does not shorten
    /// it.
    void close() {
        closeRequested = true;
        connection.seal(run).forEach(Receiver::closing);
        closing.arm(CLOSE_WITHIN, "it does not close cells");
        connection.send(FrameType.FRAME_TYPE_CLOSE_CELL, run);
        var interrupted = false;
        while (true) {
            try {
                if (!(inbox.take(false) instanceof Event.Opened)) {
                    break;
                }
            } catch (InterruptedException _) {
                interrupted = true;
            } catch (SandboxException _) {
                // With its nursery.
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
