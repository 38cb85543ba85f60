package dev.runnel.executors.testkit.contract;

import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.testkit.RecordingSink;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// A run under way, on a virtual thread of its own.
public final class LiveRun {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final FutureTask<Outcome> task;
    private final RecordingSink recording;
    private final Thread thread;
    private volatile boolean interruptedAfterwards;

    LiveRun(Sandbox sandbox, Program program, ProgramInput input, OutputSink sink, RecordingSink recording) {
        this.task = new FutureTask<>(() -> sandbox.run(program, input, sink));
        this.recording = recording;
        this.thread = Thread.ofVirtual().unstarted(() -> {
            task.run();
            interruptedAfterwards = Thread.interrupted();
        });
        thread.start();
    }

    /// Where its output goes, unless the attempt named another sink.
    public RecordingSink sink() {
        return recording;
    }

    public void cancel() {
        thread.interrupt();
    }

    /// What [Sandbox#run] returned, or threw; it must return within a minute.
    public Outcome outcome() throws Exception {
        if (!thread.join(PATIENCE)) {
            throw new AssertionError("run() has not returned in " + PATIENCE.toSeconds() + " s; so far the output was "
                    + recording.text());
        }
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        }
    }

    boolean leftItsThreadInterrupted() throws Exception {
        outcome();
        return interruptedAfterwards;
    }
}
