package dev.runnel.server.routing;

import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.server.config.LimitValues;
import dev.runnel.server.execution.EnforcedLimit;
import dev.runnel.server.execution.EnforcedLimit.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Every limit with its value.
///
/// @param profile the one that gave what the client left out
/// @param named those that the client named, and the field of each
public record ResolvedLimits(
        String profile, LimitValues values, OutputLimitAction onOutputLimit, Map<LimitKind, String> named) {
    public ResolvedLimits {
        named = Map.copyOf(named);
    }

    /// What holds for everything in a sandbox.
    public SandboxLimits sandbox() {
        return new SandboxLimits(values.memory(), values.processes(), values.cpuMillis(), values.disk());
    }

    /// What holds for one run.
    public RunLimits run() {
        return new RunLimits(values.wallTime(), values.cpuTime(), values.output(), onOutputLimit, values.fileSize());
    }

    /// With what enforces each.
    public List<EnforcedLimit> enforced(Map<LimitKind, Mechanism> enforcement) {
        return Arrays.stream(LimitKind.values())
                .map(kind -> new EnforcedLimit(kind, value(kind), Objects.requireNonNull(enforcement.get(kind))))
                .toList();
    }

    private Value value(LimitKind kind) {
        return switch (kind) {
            case WALL_TIME -> new Value.Time(values.wallTime());
            case CPU_TIME -> new Value.Time(values.cpuTime());
            case MEMORY -> new Value.Amount(values.memory().bytes());
            case PROCESSES -> new Value.Amount(values.processes());
            case CPU -> new Value.Amount(values.cpuMillis());
            case OUTPUT -> new Value.Amount(values.output().bytes());
            case DISK -> new Value.Amount(values.disk().bytes());
            case FILE_SIZE -> new Value.Amount(values.fileSize().bytes());
        };
    }
}
