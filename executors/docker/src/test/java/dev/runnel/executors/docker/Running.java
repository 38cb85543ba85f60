package dev.runnel.executors.docker;

import dev.runnel.executors.runner.Nonce;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.RecordingSink;
import dev.runnel.executors.testkit.contract.HostProcesses;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A shell's script that runs in a sandbox of its own, and can be told from all others on this machine.
final class Running implements AutoCloseable {
    static final SandboxLimits SANDBOX = new SandboxLimits(DataSize.ofMebibytes(64), 16, 500, DataSize.ofMebibytes(16));
    private static final RunLimits LIMITS = new RunLimits(
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            DataSize.ofMebibytes(1),
            RunLimits.OutputLimitAction.KILL,
            DataSize.ofMebibytes(16));
    private static final String MARK = "RUNNEL_TEST_MARK";

    private final Sandbox sandbox;
    private final String mark = Nonce.random(12);
    private final RecordingSink sink = new RecordingSink();
    private final FutureTask<Outcome> run;

    private Running(Sandbox sandbox, String script, ProgramInput input) {
        this.sandbox = sandbox;
        var program = new Program(
                List.of(), List.of("bash", "-c", script), Map.of(MARK, mark), WorkspacePath.ROOT, true, LIMITS);
        this.run = new FutureTask<>(() -> sandbox.run(program, input, sink));
    }

    static SandboxSpec spec() {
        return new SandboxSpec("test-" + Nonce.random(6), "tenant", SANDBOX, Optional.empty());
    }

    /// Returns when it has said `up`.
    static Running start(Executor executor, String script) throws SandboxException, InterruptedException {
        return start(executor, script, ProgramInput.none());
    }

    static Running start(Executor executor, String script, ProgramInput input)
            throws SandboxException, InterruptedException {
        return start(new Running(executor.open(spec()), script, input));
    }

    /// The same in a sandbox that is there, which is closed with it.
    static Running start(Sandbox sandbox, String script) throws InterruptedException {
        return start(new Running(sandbox, script, ProgramInput.none()));
    }

    private static Running start(Running running) throws InterruptedException {
        Thread.ofVirtual().start(running.run);
        running.sink.awaitText("up");
        return running;
    }

    /// One that does nothing for a minute.
    static Running idle(Executor executor) throws SandboxException, InterruptedException {
        // Bash becomes its last command, and in the middle of an exec a process has no environment to be found by.
        return start(executor, "echo up; sleep 60; true");
    }

    /// One that has ended.
    static Running in(Sandbox sandbox, String script) {
        var running = new Running(sandbox, script, ProgramInput.none());
        running.run.run();
        return running;
    }

    /// What it says, from its start to its end.
    static String output(Executor executor, String script) throws SandboxException, InterruptedException {
        try (var sandbox = executor.open(spec())) {
            return outputIn(sandbox, script);
        }
    }

    /// What it has said so far; all of it once it has ended.
    String text() {
        return sink.text();
    }

    /// What it says, from its start to its end.
    static String outputIn(Sandbox sandbox, String script) throws SandboxException, InterruptedException {
        var running = in(sandbox, script);
        running.outcome();
        return running.sink.text();
    }

    Sandbox sandbox() {
        return sandbox;
    }

    /// Its processes, as this machine numbers them.
    List<Long> processes() {
        return HostProcesses.withEnvironment(MARK + "=" + mark);
    }

    /// What becomes of it, within a bound.
    Outcome outcome() throws SandboxException, InterruptedException {
        try {
            return run.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SandboxException failure) {
                throw failure;
            }
            throw new AssertionError(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("the run did not end", e);
        }
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
