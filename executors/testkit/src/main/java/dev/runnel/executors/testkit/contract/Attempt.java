package dev.runnel.executors.testkit.contract;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.RecordingSink;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A run about to be made: limits wide enough for any program of the contract, until something else is said.
public final class Attempt {
    private final Sandbox sandbox;
    private final Command command;
    private final Map<String, String> environment = new HashMap<>();
    private final RecordingSink recording = new RecordingSink();
    private Optional<OutputSink> sink = Optional.empty();
    private ProgramInput input = ProgramInput.none();
    private WorkspacePath workingDirectory = WorkspacePath.ROOT;
    private boolean mergeStderr;
    private Duration wallTime = Duration.ofSeconds(60);
    private Duration cpuTime = Duration.ofSeconds(60);
    private DataSize output = DataSize.ofMebibytes(512);
    private OutputLimitAction onOutputLimit = OutputLimitAction.KILL;
    private DataSize fileSize = DataSize.ofMebibytes(512);

    Attempt(Sandbox sandbox, Command command) {
        this.sandbox = sandbox;
        this.command = command;
    }

    public Attempt variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public Attempt input(ProgramInput comes) {
        input = comes;
        return this;
    }

    public Attempt into(OutputSink other) {
        sink = Optional.of(other);
        return this;
    }

    public Attempt in(String directory) {
        workingDirectory = WorkspacePath.of(directory);
        return this;
    }

    public Attempt merged() {
        mergeStderr = true;
        return this;
    }

    public Attempt wallTime(Duration limit) {
        wallTime = limit;
        return this;
    }

    public Attempt cpuTime(Duration limit) {
        cpuTime = limit;
        return this;
    }

    public Attempt output(DataSize limit, OutputLimitAction action) {
        output = limit;
        onOutputLimit = action;
        return this;
    }

    public Attempt fileSize(DataSize limit) {
        fileSize = limit;
        return this;
    }

    /// Nobody reads its output until [LiveRun#sink] is unblocked.
    public Attempt unread() {
        recording.block();
        return this;
    }

    Program program() {
        return new Program(
                command.files(),
                command.argv(),
                environment,
                workingDirectory,
                mergeStderr,
                new RunLimits(wallTime, cpuTime, output, onOutputLimit, fileSize));
    }

    public LiveRun start() {
        return new LiveRun(sandbox, program(), input, sink.orElse(recording), recording);
    }

    public Ended run() throws Exception {
        var live = start();
        return new Ended(live.outcome(), live.sink());
    }

    /// What a run left.
    public record Ended(Outcome outcome, RecordingSink sink) {}
}
