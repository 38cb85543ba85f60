package dev.runnel.executors.runner;

import dev.runnel.executors.runner.RunningProgram.Event;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.SandboxException;

/// Brings a run's events to its sink, on the thread that called for the run, until its outcome is known.
///
/// An interrupt of that thread is taken as cancel and then forgotten: the runner is asked to kill, the sink
/// told to take what is left at once, and delivery goes on.
final class Delivery {
    private final RunnerConnection connection;
    private final RunningProgram running;
    private final ProgramInput input;
    private final OutputSink sink;
    private boolean cancelled;

    Delivery(RunnerConnection connection, RunningProgram running, ProgramInput input, OutputSink sink) {
        this.connection = connection;
        this.running = running;
        this.input = input;
        this.sink = sink;
    }

    /// @throws InterruptedException when the run was cancelled and nothing of it has run
    Outcome toTheEnd() throws SandboxException, InterruptedException {
        try {
            awaitStart();
            running.tellStarted();
            try (var _ = InputPumps.start(connection, running.run(), input, running.stdin())) {
                return deliver();
            }
        } catch (RuntimeException | Error e) {
            // The sink or Runnel is at fault; the program must not outlive the call all the same.
            abandon(e);
            throw e;
        }
    }

    private void awaitStart() throws SandboxException, InterruptedException {
        switch (next()) {
            case Event.HasStarted _ -> {}
            case Event.CouldNotStart(var why) -> {
                if (cancelled) {
                    throw new InterruptedException("cancelled before the program started");
                }
                throw why;
            }
            case Event.Output _, Event.HasEnded _ -> throw new AssertionError("the reader lets nothing come before");
        }
    }

    private Outcome deliver() throws SandboxException {
        while (true) {
            switch (next()) {
                case Event.Output output -> deliver(output);
                case Event.HasEnded(var outcome) -> {
                    // A cancel that came too late has nobody left to cancel.
                    Thread.interrupted();
                    return outcome;
                }
                case Event.HasStarted _, Event.CouldNotStart _ ->
                    throw new AssertionError("the reader lets a program start once");
            }
        }
    }

    private void deliver(Event.Output output) {
        var bytes = output.data().remaining();
        while (true) {
            try {
                sink.output(output.stream(), output.data());
                running.passedOn(bytes);
                return;
            } catch (InterruptedException _) {
                cancel();
            }
        }
    }

    private Event next() throws SandboxException {
        while (true) {
            try {
                return running.next();
            } catch (InterruptedException _) {
                cancel();
            }
        }
    }

    private void cancel() {
        cancelled = true;
        running.kill();
    }

    private void abandon(Throwable because) {
        running.kill();
        try {
            while (!(next() instanceof Event.HasEnded)) {
                // Output that nobody takes.
            }
        } catch (SandboxException e) {
            because.addSuppressed(e);
        }
    }
}
