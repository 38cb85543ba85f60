package dev.runnel.executors.runner;

import dev.runnel.executors.runner.NurserySettings.Interpreter;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.WarmInterpreter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;

/// What the tests ask of nurseries.
final class Cells {
    static final CellLimits LIMITS = new CellLimits(
            DataSize.ofMebibytes(256),
            64,
            1500,
            DataSize.ofMebibytes(32),
            DataSize.ofMebibytes(16),
            DataSize.ofMebibytes(8));

    static final NurserySettings SETTINGS = new NurserySettings(
            "/cell",
            List.of("kallsyms", "keys"),
            List.of(
                    new Interpreter(
                            "python",
                            WarmInterpreter.Kind.FORKED,
                            List.of("python3", "main.py"),
                            Map.of("LANG", "C.UTF-8", "HOME", "/workspace"),
                            3),
                    new Interpreter("node", WarmInterpreter.Kind.WAITING, List.of("node", "main.js"), Map.of(), 2)),
            4,
            LIMITS,
            3,
            100_000,
            16,
            Optional.empty());

    private Cells() {}

    /// On a thread of its own.
    record Opening(FutureTask<Sandbox> task, Thread thread) {
        Sandbox get() throws Exception {
            return task.get();
        }
    }

    static Opening opening(RunnerNursery nursery) {
        return opening(nursery, Optional.of("python"));
    }

    static Opening opening(RunnerNursery nursery, Optional<String> interpreter) {
        var task = new FutureTask<>(() -> open(nursery, interpreter));
        return new Opening(task, Thread.ofVirtual().start(task));
    }

    private static Sandbox open(RunnerNursery nursery, Optional<String> interpreter)
            throws SandboxException, InterruptedException {
        return nursery.open(LIMITS, interpreter, Programs.DEFAULTS, Programs.DESCRIPTION);
    }

    /// Ends it in the background: a test says what the runner answers.
    static Thread closing(Sandbox sandbox) {
        return Thread.ofVirtual().start(sandbox::close);
    }
}
