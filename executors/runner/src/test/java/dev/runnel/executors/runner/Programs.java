package dev.runnel.executors.runner;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.Program.WarmStart;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.ManualTime;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What the tests run.
final class Programs {
    static final SandboxDescription DESCRIPTION = new SandboxDescription(
            "test",
            Isolation.PROCESS,
            SandboxDescription.Kind.PLAIN,
            Optional.empty(),
            Arrays.stream(LimitKind.values()).collect(Collectors.toMap(Function.identity(), _ -> Mechanism.WATCHDOG)));

    static final ProgramDefaults DEFAULTS =
            new ProgramDefaults(Map.of("HOME", "/workspace", "PATH", "/usr/bin"), 100, 0, DataSize.ofBytes(0));

    private Programs() {}

    /// Standard input that stays open, no signals: frames the daemon sends on its own account don't come
    /// between.
    static ProgramInput quiet() {
        return new ProgramInput() {
            @Override
            public ByteBuffer readStdin(int atMost) throws InterruptedException {
                nextSignal();
                return ByteBuffer.allocate(0);
            }

            @Override
            public int nextSignal() throws InterruptedException {
                return ProgramInput.none().nextSignal();
            }
        };
    }

    static Alarms alarms(ManualTime time) {
        return (delay, action) -> time.after(delay, action)::cancel;
    }

    static Program any() {
        return withArgument("argument");
    }

    static Program withArgument(String argument) {
        return program(List.of("prog", argument), DataSize.ofMebibytes(64));
    }

    static Program printing(long outputLimit) {
        return program(List.of("prog"), DataSize.ofBytes(outputLimit));
    }

    static Program withFiles(InputFile... files) {
        return program(List.of(files), List.of("prog"), DataSize.ofMebibytes(64), Optional.empty());
    }

    static Program warm(String interpreter, String... coldEnvironment) {
        return program(
                List.of(),
                List.of("prog", "main"),
                DataSize.ofMebibytes(64),
                Optional.of(new WarmStart(interpreter, Set.of(coldEnvironment))));
    }

    static InputFile file(String path, byte[] content) {
        return new InputFile(WorkspacePath.of(path), 0640, Content.of(content));
    }

    static Program program(List<String> argv, DataSize output) {
        return program(List.of(), argv, output, Optional.empty());
    }

    private static Program program(
            List<InputFile> files, List<String> argv, DataSize output, Optional<WarmStart> warm) {
        return new Program(
                files,
                argv,
                Map.of("NAME", "value", "PATH", "/mine"),
                WorkspacePath.ROOT,
                false,
                new RunLimits(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        output,
                        RunLimits.OutputLimitAction.KILL,
                        DataSize.ofMebibytes(1)),
                warm);
    }
}
