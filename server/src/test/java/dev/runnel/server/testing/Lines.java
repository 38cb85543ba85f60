package dev.runnel.server.testing;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.WorkspacePath;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Programs of one line in the words of the fake executor, whose output nobody wants.
public final class Lines {
    private static final RunLimits LIMITS = new RunLimits(
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            DataSize.ofMebibytes(1),
            RunLimits.OutputLimitAction.KILL,
            DataSize.ofMebibytes(1));

    private Lines() {}

    public static Outcome run(Sandbox sandbox, String line) throws SandboxException, InterruptedException {
        var argv = List.of(line.split(" ", -1));
        var program = new Program(List.of(), argv, Map.of(), WorkspacePath.ROOT, false, LIMITS);
        return sandbox.run(program, ProgramInput.none(), new Silence());
    }

    private static final class Silence implements OutputSink {
        @Override
        public void started() {}

        @Override
        public void output(Stream stream, ByteBuffer data) {}

        @Override
        public void ended() {}
    }
}
