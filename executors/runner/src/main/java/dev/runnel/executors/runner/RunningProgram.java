package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.OutputSink.Stream;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.runner.v1.Credit;
import dev.runnel.runner.v1.Exit;
import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.StartFailed;
import dev.runnel.runner.v1.Started;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/// One run on a channel: what the reader receives for it, checked, and the watchdogs over the runner.
///
/// The reader's side is [#receive] and [#lost]; the rest belongs to the thread that delivers, see [Delivery].
final class RunningProgram implements Receiver {
    static final Duration START_WITHIN = Duration.ofSeconds(30);
    /// Beyond the wall limit, which the runner enforces more precisely.
    static final Duration WALL_GRACE = Duration.ofSeconds(3);
    static final Duration KILL_WITHIN = Duration.ofSeconds(2);

    /// What may come without credit once the program is dead: two pipes of the largest size a program can
    /// give them (pipe(7), /proc/sys/fs/pipe-max-size).
    private static final long LEFT_IN_PIPES = 2 << 20;

    private final RunnerConnection connection;
    private final long run;
    private final Program program;
    private final ExecRequest request;
    private final SinkGate gate;
    private final Watchdog watchdog;
    private final CreditWindow window;
    private final Inbox<Event> inbox = new Inbox<>();
    private final StdinCredit stdin = new StdinCredit();
    private final ReentrantLock lock = new ReentrantLock();

    // The reader's own.
    private boolean started;
    private long stdoutBytes;
    private long stderrBytes;

    @GuardedBy("lock") private boolean killRequested;

    @GuardedBy("lock") private boolean closing;

    RunningProgram(RunnerConnection connection, ExecRequest request, OutputSink sink) {
        this.connection = connection;
        this.run = connection.nextRun();
        this.program = request.program();
        this.request = request;
        this.gate = new SinkGate(sink);
        this.watchdog = new Watchdog(connection);
        this.window = new CreditWindow(connection, run, LEFT_IN_PIPES);
    }

    /// What happened, in order.
    sealed interface Event {
        record HasStarted() implements Event {}

        record Output(Stream stream, ByteBuffer data) implements Event {}

        record CouldNotStart(SandboxException why) implements Event {}

        record HasEnded(Outcome outcome) implements Event {}
    }

    @Override
    public long run() {
        return run;
    }

    @Override
    public long cell() {
        return request.cell();
    }

    StdinCredit stdin() {
        return stdin;
    }

    // The reader

    @Override
    public boolean receive(FrameType type, ByteBuffer payload) throws ProtocolViolationException {
        return switch (type) {
            case FRAME_TYPE_STARTED -> {
                requireStarted(false, type);
                hasStarted(Messages.parse(Started::parseFrom, payload));
                yield false;
            }
            case FRAME_TYPE_STDOUT -> {
                requireStarted(true, type);
                stdoutBytes += payload.remaining();
                output(Stream.STDOUT, payload);
                yield false;
            }
            case FRAME_TYPE_STDERR -> {
                requireStarted(true, type);
                if (program.mergeStderr()) {
                    throw new ProtocolViolationException("standard error of a program that has none");
                }
                stderrBytes += payload.remaining();
                output(Stream.STDERR, payload);
                yield false;
            }
            case FRAME_TYPE_CREDIT -> {
                requireStarted(true, type);
                grantStdin(Messages.parse(Credit::parseFrom, payload));
                yield false;
            }
            case FRAME_TYPE_START_FAILED -> {
                requireStarted(false, type);
                couldNotStart(Messages.parse(StartFailed::parseFrom, payload));
                yield true;
            }
            case FRAME_TYPE_EXIT -> {
                requireStarted(true, type);
                hasEnded(Messages.parse(Exit::parseFrom, payload));
                yield true;
            }
            // Everything else belongs to transfers, to the channel, or to the daemon.
            default -> throw new ProtocolViolationException(type + " for a program");
        };
    }

    private void requireStarted(boolean wanted, FrameType type) throws ProtocolViolationException {
        if (started != wanted) {
            throw new ProtocolViolationException(type + " out of order");
        }
    }

    private void hasStarted(Started message) throws ProtocolViolationException {
        Messages.natural("process id", message.getPid());
        if (message.getWarm() && !request.mayStartWarm()) {
            throw new ProtocolViolationException("a warm start that nobody asked for");
        }
        connection.starts().count(message.getWarm());
        started = true;
        stdin.add(StdinCredit.INITIAL);
        watchdog.arm(program.limits().wallTime().plus(WALL_GRACE), "it does not enforce the wall-time limit");
        inbox.put(new Event.HasStarted());
    }

    private void output(Stream stream, ByteBuffer data) throws ProtocolViolationException {
        window.received(data.remaining());
        if (stdoutBytes + stderrBytes > program.limits().output().bytes()) {
            throw new ProtocolViolationException("output over the output limit");
        }
        inbox.put(new Event.Output(stream, data));
    }

    private void grantStdin(Credit credit) throws ProtocolViolationException {
        if (credit.getBytes() == 0) {
            throw new ProtocolViolationException("a credit of nothing");
        }
        stdin.add(Integer.toUnsignedLong(credit.getBytes()));
    }

    private void couldNotStart(StartFailed failure) throws ProtocolViolationException {
        watchdog.disarm();
        var why = StartFailure.of(failure, request);
        inbox.put(new Event.CouldNotStart(
                isClosing()
                        ? new SandboxException(new Reason.Lost(false), "the sandbox was lost: " + Cell.CLOSED)
                        : why));
    }

    private void hasEnded(Exit exit) throws ProtocolViolationException {
        if (exit.getStdoutBytes() != stdoutBytes || exit.getStderrBytes() != stderrBytes) {
            throw new ProtocolViolationException("an exit that counts other output than came");
        }
        var outcome = ExitReport.outcome(exit, isKillRequested());
        watchdog.disarm();
        if (isClosing()) {
            inbox.lost(Cell.CLOSED);
        } else {
            inbox.put(new Event.HasEnded(outcome));
        }
        gate.ended();
    }

    @Override
    public void cellClosed() throws ProtocolViolationException {
        throw new ProtocolViolationException("a cell closed before the end of its program");
    }

    @Override
    public void lost(String why) {
        watchdog.disarm();
        inbox.lost(why);
        gate.ended();
    }

    // The thread that closes the cell

    /// The runner kills without being told to, and whatever the end is, the run is lost.
    @Override
    public void closing() {
        lock.lock();
        try {
            closing = true;
        } finally {
            lock.unlock();
        }
        gate.ended();
    }

    // The thread that delivers

    /// Nothing else is taken from here on but through this.
    Event next() throws SandboxException, InterruptedException {
        return inbox.take(true);
    }

    void begin() {
        watchdog.arm(START_WITHIN, "it does not start programs");
    }

    /// The sink has taken so much.
    void passedOn(int bytes) {
        window.consumed(bytes);
    }

    /// Asks the runner to kill, once.
    void kill() {
        lock.lock();
        try {
            if (killRequested) {
                return;
            }
            killRequested = true;
        } finally {
            lock.unlock();
        }
        connection.send(FrameType.FRAME_TYPE_KILL, run);
        watchdog.armLast(KILL_WITHIN, "it does not kill");
        gate.ended();
    }

    void tellStarted() {
        gate.started();
    }

    private boolean isKillRequested() {
        lock.lock();
        try {
            return killRequested || closing;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }
}
