package dev.runnel.executors.docker;

import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.OutputSink.Stream;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.Usage;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.executors.spi.Workspace;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// A sandbox of which it is known what image it is made of, and what the engine says of its end: tells what the image
/// lacks, and that a program whose runner the kernel killed for want of memory has exceeded its own.
final class ContainerSandbox implements Sandbox {
    private static final int SIGKILL = 9;

    private final Sandbox delegate;
    private final ContainerImage image;
    private final ContainerFootprint footprint;
    private final Runnable lull;
    private volatile boolean running;

    /// @param lull returns when the engine's work will disturb nobody, or soon anyway; an interrupt ends it
    ContainerSandbox(Sandbox delegate, ContainerImage image, ContainerFootprint footprint, Runnable lull) {
        this.delegate = delegate;
        this.image = image;
        this.footprint = footprint;
        this.lull = lull;
    }

    @Override
    public SandboxDescription description() {
        return delegate.description();
    }

    @Override
    public Outcome run(Program program, ProgramInput input, OutputSink sink)
            throws SandboxException, InterruptedException {
        var witness = new Witness(sink);
        running = true;
        try {
            return delegate.run(program, input, witness);
        } catch (SandboxException e) {
            if (witness.startedAt().isPresent() && footprint.outOfMemory()) {
                return outOfMemory(witness);
            }
            throw e.reason() instanceof Reason.Unsupported ? missing(program, e) : e;
        } finally {
            running = false;
        }
    }

    /// With the first process of a pid namespace the kernel kills all others by SIGKILL.
    private static Outcome outOfMemory(Witness witness) {
        var wallTime = Duration.ofNanos(System.nanoTime() - witness.startedAt().getAsLong());
        return new Outcome(
                new Ending.MemoryExceeded(),
                new WaitStatus.Signal(SIGKILL, false),
                Set.of(LimitKind.MEMORY),
                new Usage(
                        wallTime,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        OptionalLong.empty(),
                        witness.bytes(Stream.STDOUT),
                        witness.bytes(Stream.STDERR),
                        0,
                        0));
    }

    private SandboxException missing(Program program, SandboxException e) {
        var path = program.environment().getOrDefault("PATH", image.path());
        return new SandboxException(
                e.reason(),
                "image " + image.reference() + " has no interpreter "
                        + program.argv().getFirst() + " (looked for in " + path + "): name another image, or a language"
                        + " that it has. " + e.getMessage(),
                e);
    }

    @Override
    public Workspace workspace() {
        return delegate.workspace();
    }

    /// What runs is killed at once. Where nothing runs any more, ending the container can wait: it takes the engine
    /// milliseconds of every processor.
    @Override
    public void close() {
        if (!running) {
            lull.run();
        }
        footprint.give();
        delegate.close();
    }
}
