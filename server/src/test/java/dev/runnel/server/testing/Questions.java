package dev.runnel.server.testing;

import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.approval.Question;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.content.Digest;
import dev.runnel.server.execution.Buffering;
import dev.runnel.server.execution.EnforcedLimit;
import dev.runnel.server.execution.ResolvedSpec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Questions about Python blocks, to be decided within [#TIMEOUT].
public final class Questions {
    public static final Duration TIMEOUT = Duration.ofMinutes(10);

    private Questions() {}

    public static Question of(Tenant tenant, String id, String code, InstantSource clock) {
        var spec = spec(code);
        var now = clock.instant();
        return new Question(
                tenant,
                id,
                spec.specDigest().text(),
                spec.language(),
                code,
                Optional.of("conversation-1"),
                now,
                now.plus(TIMEOUT),
                spec);
    }

    private static ResolvedSpec spec(String code) {
        return new ResolvedSpec(
                Digest.of(code.getBytes(StandardCharsets.UTF_8)),
                "python",
                "Python 3.11.2",
                WorkspacePath.of("main.py"),
                "fake",
                Isolation.PROCESS,
                SandboxDescription.Kind.CELL,
                Optional.empty(),
                List.of(new EnforcedLimit(
                        LimitKind.WALL_TIME, new EnforcedLimit.Value.Time(Duration.ofMinutes(1)), Mechanism.WATCHDOG)),
                "default",
                OutputLimitAction.KILL,
                Optional.empty(),
                Buffering.LINE,
                Duration.ofMinutes(1));
    }
}
