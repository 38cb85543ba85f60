package dev.runnel.executors.process;

import dev.runnel.executors.runner.Nonce;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.RecordingSink;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/// A sandbox in which a program runs that can be told from all others on this machine.
final class Held implements AutoCloseable {
    private static final String WAITS = "import time; print('up', flush=True); time.sleep(60)";

    private final Sandbox sandbox;
    private final String token = Nonce.random(12);
    private final RecordingSink sink = new RecordingSink();
    private final FutureTask<Outcome> run;

    private Held(Sandbox sandbox, String code) {
        this.sandbox = sandbox;
        this.run = new FutureTask<>(() -> sandbox.run(program(code), ProgramInput.none(), sink));
    }

    static Held open(ProcessExecutor executor) throws SandboxException, InterruptedException {
        return open(executor, WAITS);
    }

    /// @param code prints `up` when it is where it is wanted, and has its token as `sys.argv[1]`
    static Held open(ProcessExecutor executor, String code) throws SandboxException, InterruptedException {
        var held = new Held(executor.open(Programs.spec()), code);
        Thread.ofVirtual().start(held.run);
        held.sink.awaitText("up");
        return held;
    }

    /// On the command line of its main process.
    String token() {
        return token;
    }

    /// Whose it is, outside.
    int uid() throws IOException {
        return CommandLines.uid(CommandLines.with(token).getFirst());
    }

    /// What becomes of the run, within a bound.
    Outcome outcome() throws Throwable {
        try {
            return run.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }

    Sandbox sandbox() {
        return sandbox;
    }

    @Override
    public void close() {
        sandbox.close();
    }

    private Program program(String code) {
        return new Program(
                List.of(Programs.file("main.py", code)),
                List.of("/usr/bin/python3", "main.py", token),
                Map.of(),
                WorkspacePath.ROOT,
                false,
                Programs.LIMITS);
    }
}
