package dev.runnel.executors.docker;

import static java.util.stream.Collectors.joining;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.Program.WarmStart;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.RecordingSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Programs that print what they find, and the files that say what that must be.
final class Probes {
    static final SandboxLimits LIMITS = new SandboxLimits(DataSize.ofMebibytes(256), 64, 500, DataSize.ofMebibytes(64));
    private static final RunLimits RUN = new RunLimits(
            Duration.ofSeconds(20),
            Duration.ofSeconds(20),
            DataSize.ofMebibytes(1),
            RunLimits.OutputLimitAction.KILL,
            DataSize.ofMebibytes(64));

    private Probes() {}

    static SandboxSpec spec(String tenant, String image) {
        return new SandboxSpec("probe", tenant, LIMITS, Optional.of(image));
    }

    /// What it prints that one of the resources is, started cold.
    static String found(Sandbox sandbox, String interpreter, String probe)
            throws SandboxException, InterruptedException, IOException {
        return found(sandbox, interpreter, probe, resource(probe), Optional.empty());
    }

    /// What Python prints, started cold.
    static String python(Sandbox sandbox, String code) throws SandboxException, InterruptedException {
        return found(sandbox, "python3", "main.py", code, Optional.empty());
    }

    /// @param warm the language whose interpreter may have started before
    static String found(Sandbox sandbox, String interpreter, String file, String code, Optional<String> warm)
            throws SandboxException, InterruptedException {
        var sink = new RecordingSink();
        var program = new Program(
                List.of(new InputFile(WorkspacePath.of(file), 0644, Content.of(code.getBytes(StandardCharsets.UTF_8)))),
                List.of(interpreter, file),
                Map.of(),
                WorkspacePath.ROOT,
                // What is made ahead has two streams.
                warm.isEmpty(),
                RUN,
                warm.map(language -> new WarmStart(language, Set.of())));
        var outcome = sandbox.run(program, ProgramInput.none(), sink);
        assertSucceeded(outcome, sink);
        return sink.text();
    }

    private static void assertSucceeded(Outcome outcome, RecordingSink sink) {
        if (!outcome.status().equals(new WaitStatus.ExitCode(0))) {
            throw new AssertionError(outcome + " of a program that said: " + sink.text());
        }
    }

    /// The lines of a resource that one who looks for them finds: those with his letter in their first word.
    static String expected(String name, String finder) throws IOException {
        return resource(name)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .filter(line -> line.substring(0, line.indexOf(' ')).contains(finder))
                .map(line -> line.substring(line.indexOf(' ') + 1) + "\n")
                .collect(joining());
    }

    static String resource(String name) throws IOException {
        try (var file = Objects.requireNonNull(Probes.class.getResourceAsStream("/" + name), name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
