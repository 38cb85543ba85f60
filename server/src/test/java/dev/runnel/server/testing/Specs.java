package dev.runnel.server.testing;

import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.execution.Buffering;
import dev.runnel.server.execution.ContentSource;
import dev.runnel.server.execution.ExecutionSpec;
import dev.runnel.server.execution.IfSessionBusy;
import dev.runnel.server.execution.LimitsSpec;
import dev.runnel.server.execution.ProgramSpec;
import dev.runnel.server.execution.StandardInput;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The least that a client can ask for.
public final class Specs {
    private Specs() {}

    public static ProgramSpec program(String language, String code) {
        return new ProgramSpec(
                language,
                ContentSource.inline(code.getBytes(StandardCharsets.UTF_8)),
                Optional.empty(),
                List.of(),
                Map.of(),
                Map.of(),
                List.of(),
                WorkspacePath.ROOT,
                false,
                Buffering.LINE,
                false,
                List.of());
    }

    public static ExecutionSpec execution(ProgramSpec program) {
        return execution(program, LimitsSpec.NONE, Optional.empty());
    }

    public static ExecutionSpec execution(ProgramSpec program, LimitsSpec limits, Optional<String> session) {
        return new ExecutionSpec(
                program,
                new StandardInput.None(),
                session,
                limits,
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                Extras.NONE,
                List.of(),
                Optional.empty(),
                IfSessionBusy.WAIT);
    }
}
