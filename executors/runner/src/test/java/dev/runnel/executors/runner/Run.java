package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// A run on a thread of its own.
final class Run {
    private final FutureTask<Outcome> task;
    private final Thread thread;
    private volatile boolean interruptedAfterwards;

    Run(Sandbox sandbox, Program program, ProgramInput input, OutputSink sink) {
        task = new FutureTask<>(() -> sandbox.run(program, input, sink));
        thread = Thread.ofVirtual().start(() -> {
            task.run();
            interruptedAfterwards = Thread.interrupted();
        });
    }

    void interrupt() {
        thread.interrupt();
    }

    void join() throws InterruptedException {
        thread.join();
    }

    Outcome get() throws InterruptedException, ExecutionException {
        thread.join();
        return task.get();
    }

    boolean interruptedAfterwards() throws InterruptedException {
        thread.join();
        return interruptedAfterwards;
    }

    void assertLost(String message) {
        assertThatThrownBy(this::get)
                .cause()
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Lost(true)));
    }
}
