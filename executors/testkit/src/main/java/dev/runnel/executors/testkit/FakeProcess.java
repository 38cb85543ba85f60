package dev.runnel.executors.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.OutputSink.Stream;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.executors.spi.WorkspacePath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A fake program while it runs, as its [Script] sees it.
///
/// All methods belong to the thread of the script and unwind it once the program is dead: killed at a limit,
/// by a signal, by an interrupt of that thread (cancel), or lost with its sandbox.
public final class FakeProcess {
    static final int PIPE_BYTES = 65_536;
    private static final int SIGKILL = 9;
    private static final int SIGXFSZ = 25;
    private static final int SIGCHLD = 17;
    private static final int SIGCONT = 18;

    private final Program program;
    private final SandboxLimits sandboxLimits;
    private final OutputSink sink;
    private final MemoryWorkspace workspace;
    private final Time time;
    private final Checkpoints checkpoints;
    private final FakeUsage usage = new FakeUsage();
    private final Set<LimitKind> limitHits = EnumSet.noneOf(LimitKind.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// The first end wins and stays.
    @GuardedBy("lock") private @Nullable End end;

    @GuardedBy("lock") private final StdinPipe stdin = new StdinPipe();

    @GuardedBy("lock") private final Set<Integer> trapped = new HashSet<>();

    @GuardedBy("lock") private int pendingSignal;

    private long startedAt;

    FakeProcess(
            Program program,
            SandboxLimits sandboxLimits,
            OutputSink sink,
            MemoryWorkspace workspace,
            Time time,
            Checkpoints checkpoints) {
        this.program = program;
        this.sandboxLimits = sandboxLimits;
        this.sink = sink;
        this.workspace = workspace;
        this.time = time;
        this.checkpoints = checkpoints;
    }

    /// How a program or its sandbox ended.
    private sealed interface End {
        record Dead(Ending ending, WaitStatus status) implements End {}

        record Lost(String why) implements End {}
    }

    // What a script can do

    /// Command, environment, limits.
    public Program program() {
        return program;
    }

    /// Writes to standard output.
    public void print(String text) {
        write(Stream.STDOUT, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Writes bytes, which the script must not change any more. Blocks while the reader is slow.
    public void write(Stream stream, byte[] bytes) {
        var target = program.mergeStderr() ? Stream.STDOUT : stream;
        for (var from = 0; from < bytes.length; ) {
            requireAlive();
            var piece = Math.min(PIPE_BYTES, bytes.length - from);
            var allowed = (int) Math.min(piece, program.limits().output().bytes() - usage.written());
            if (allowed > 0) {
                usage.delivered(target, allowed);
                deliver(target, ByteBuffer.wrap(bytes, from, allowed).slice());
            }
            if (allowed < piece) {
                exceedOutput(target, piece - allowed);
            }
            from += piece;
        }
    }

    /// Blocks until there is standard input; empty at its end.
    public byte[] read(int atMost) {
        await(this::canRead);
        lock.lock();
        try {
            var bytes = stdin.read(atMost);
            changed.signalAll();
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /// Lets `duration` pass on the executor's [Time].
    public void sleep(Duration duration) {
        var wakeAt = time.nanos() + duration.toNanos();
        var alarm = time.after(duration, this::wake);
        try {
            await(() -> time.nanos() - wakeAt >= 0);
        } finally {
            alarm.cancel();
        }
    }

    /// Tells the test, see [FakeExecutor#awaitReached].
    public void reach(String checkpoint) {
        requireAlive();
        checkpoints.reach(checkpoint);
    }

    /// Tells the test and blocks until it says [FakeExecutor#release].
    public void await(String checkpoint) {
        checkpoints.reach(checkpoint);
        await(() -> checkpoints.isReleased(checkpoint));
    }

    /// From now on `signal` is for [#awaitSignal] and does not kill.
    public void trap(int signal) {
        lock.lock();
        try {
            if (signal != SIGKILL) {
                trapped.add(signal);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Blocks until a trapped signal comes, and returns its number.
    public int awaitSignal() {
        await(this::hasSignal);
        lock.lock();
        try {
            var signal = pendingSignal;
            pendingSignal = 0;
            return signal;
        } finally {
            lock.unlock();
        }
    }

    /// Sends itself a signal, as kill(2) does.
    public void raise(int signal) {
        signal(signal);
        requireAlive();
    }

    /// Spends CPU time, at once.
    public void burn(Duration cpu) {
        requireAlive();
        if (usage.burn(cpu).compareTo(program.limits().cpuTime()) > 0) {
            die(LimitKind.CPU_TIME, new Ending.CpuTimeExceeded(), SIGKILL);
        }
    }

    /// Holds so much more memory.
    public void allocate(long bytes) {
        requireAlive();
        if (usage.allocate(bytes) > sandboxLimits.memory().bytes()) {
            usage.oomKilled();
            die(LimitKind.MEMORY, new Ending.MemoryExceeded(), SIGKILL);
        }
    }

    /// Starts a child that lives until the end of the run; false where fork(2) would fail.
    public boolean fork() {
        requireAlive();
        if (usage.processes() >= sandboxLimits.processes()) {
            limitHits.add(LimitKind.PROCESSES);
            return false;
        }
        usage.forked();
        return true;
    }

    /// Writes a file in the workspace; false where the disk would be full.
    public boolean writeFile(String path, byte[] bytes) {
        requireAlive();
        if (bytes.length > program.limits().fileSize().bytes()) {
            die(LimitKind.FILE_SIZE, new Ending.Signalled(), SIGXFSZ);
        }
        var problem = workspace.write(WorkspacePath.of(path), 0600, bytes);
        if (problem.equals(Optional.of(SandboxException.Problem.NO_SPACE))) {
            limitHits.add(LimitKind.DISK);
        }
        return problem.isEmpty();
    }

    /// Reads a file in the workspace.
    public Optional<byte[]> readFile(String path) {
        requireAlive();
        return workspace.read(WorkspacePath.of(path));
    }

    /// Makes a symbolic link in the workspace.
    public void link(String path, String target) {
        requireAlive();
        workspace.link(WorkspacePath.of(path), target);
    }

    /// The sandbox breaks, as when its host goes away: the run fails with [Reason.Lost].
    public void loseSandbox() {
        lose("the fake sandbox broke, as its script asked");
        requireAlive();
    }

    // What the sandbox does, from any thread

    void started() {
        startedAt = time.nanos();
        sink.started();
    }

    /// Returns whether this was what ended the program.
    boolean kill(Ending ending) {
        return end(new End.Dead(ending, new WaitStatus.Signal(SIGKILL, false)));
    }

    void lose(String why) {
        end(new End.Lost(why));
    }

    void signal(int number) {
        if (number == SIGCHLD || number == SIGCONT) {
            return;
        }
        lock.lock();
        try {
            if (trapped.contains(number)) {
                pendingSignal = number;
                changed.signalAll();
                return;
            }
        } finally {
            lock.unlock();
        }
        end(new End.Dead(new Ending.Signalled(), new WaitStatus.Signal(number, false)));
    }

    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Blocks until the standard input's pipe has room, and tells how much.
    int awaitStdinRoom() throws InterruptedException {
        lock.lock();
        try {
            while (stdin.room() == 0) {
                changed.await();
            }
            return stdin.room();
        } finally {
            lock.unlock();
        }
    }

    void putStdin(ByteBuffer bytes) {
        lock.lock();
        try {
            stdin.write(bytes);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Runs the script to whatever end it finds.
    Outcome finish(Script script) throws SandboxException {
        try {
            var code = script.run(this);
            end(new End.Dead(new Ending.Exited(), new WaitStatus.ExitCode(code)));
        } catch (ProgramGone _) {
            // The end says what happened.
        }
        return switch (ended()) {
            case End.Lost(var why) -> throw new SandboxException(new Reason.Lost(true), why);
            case End.Dead(var ending, var status) -> outcome(ending, status);
        };
    }

    private Outcome outcome(Ending ending, WaitStatus status) {
        switch (ending) {
            case Ending.WallTimeExceeded _ -> limitHits.add(LimitKind.WALL_TIME);
            case Ending.CpuTimeExceeded _ -> limitHits.add(LimitKind.CPU_TIME);
            case Ending.MemoryExceeded _ -> limitHits.add(LimitKind.MEMORY);
            case Ending.OutputExceeded _ -> limitHits.add(LimitKind.OUTPUT);
            case Ending.Exited _, Ending.Signalled _, Ending.Cancelled _ -> {}
        }
        return new Outcome(ending, status, limitHits, usage.after(Duration.ofNanos(time.nanos() - startedAt)));
    }

    // How it works

    private void deliver(Stream stream, ByteBuffer bytes) {
        while (true) {
            try {
                sink.output(stream, bytes);
                return;
            } catch (InterruptedException _) {
                // Not taken: it has left the program all the same, and now that the sink knows of the end it fits.
                kill(new Ending.Cancelled());
            }
        }
    }

    private void exceedOutput(Stream stream, int over) {
        limitHits.add(LimitKind.OUTPUT);
        usage.dropped(stream, over);
        switch (program.limits().onOutputLimit()) {
            case OutputLimitAction.DISCARD -> {}
            case OutputLimitAction.KILL -> die(LimitKind.OUTPUT, new Ending.OutputExceeded(), SIGKILL);
        }
    }

    private void die(LimitKind limit, Ending ending, int signal) {
        limitHits.add(limit);
        end(new End.Dead(ending, new WaitStatus.Signal(signal, false)));
        requireAlive();
    }

    private void requireAlive() {
        if (Thread.interrupted()) {
            kill(new Ending.Cancelled());
        }
        lock.lock();
        try {
            if (end != null) {
                throw new ProgramGone();
            }
        } finally {
            lock.unlock();
        }
    }

    private void await(BooleanSupplier condition) {
        while (true) {
            requireAlive();
            lock.lock();
            try {
                while (end == null && !condition.getAsBoolean()) {
                    changed.await();
                }
                if (end == null) {
                    return;
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean canRead() {
        lock.lock();
        try {
            return stdin.canRead();
        } finally {
            lock.unlock();
        }
    }

    private boolean hasSignal() {
        lock.lock();
        try {
            return pendingSignal != 0;
        } finally {
            lock.unlock();
        }
    }

    private boolean end(End how) {
        lock.lock();
        try {
            if (end != null) {
                return false;
            }
            end = how;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        sink.ended();
        return true;
    }

    private End ended() {
        lock.lock();
        try {
            if (end == null) {
                throw new IllegalStateException("a script threw ProgramGone on its own");
            }
            return end;
        } finally {
            lock.unlock();
        }
    }
}
