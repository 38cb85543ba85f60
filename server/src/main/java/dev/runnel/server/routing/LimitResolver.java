package dev.runnel.server.routing;

import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.server.config.LimitSettings;
import dev.runnel.server.config.LimitValues;
import dev.runnel.server.execution.LimitsSpec;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.yaml.Durations;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/// Completes the limits that a client names, and refuses those above a ceiling. Thread-safe.
public final class LimitResolver {
    private static final String FIELDS = "spec.limits.";

    private final LimitSettings settings;

    /// Completes by these.
    public LimitResolver(LimitSettings settings) {
        this.settings = settings;
    }

    /// What a client left out is its profile's.
    public ResolvedLimits resolve(LimitsSpec spec) throws RefusedException {
        var name = spec.profile().orElse(settings.defaultProfile());
        var profile = settings.profiles().get(name);
        if (profile == null) {
            throw RefusedException.fieldInvalid(
                    FIELDS + "profile",
                    "there is no such profile; there are: "
                            + String.join(", ", settings.profiles().keySet()));
        }
        return complete(name, profile.values(), OutputLimitAction.KILL, spec);
    }

    /// What a client left out is the session's.
    ///
    /// @param spec none of whose limits the session has fixed
    ResolvedLimits resolveIn(ResolvedLimits session, LimitsSpec spec) throws RefusedException {
        return complete(session.profile(), session.values(), session.onOutputLimit(), spec);
    }

    private ResolvedLimits complete(String profile, LimitValues base, OutputLimitAction onOutputLimit, LimitsSpec spec)
            throws RefusedException {
        var naming = new Naming(settings.ceilings().values());
        var values = new LimitValues(
                naming.choose(LimitKind.WALL_TIME, "wall_time", spec.wallTime(), base, LimitValues::wallTime),
                naming.choose(LimitKind.CPU_TIME, "cpu_time", spec.cpuTime(), base, LimitValues::cpuTime),
                naming.choose(LimitKind.MEMORY, "memory_bytes", spec.memory(), base, LimitValues::memory),
                naming.choose(LimitKind.PROCESSES, "processes", boxed(spec.processes()), base, LimitValues::processes),
                naming.choose(LimitKind.CPU, "cpu_millis", boxed(spec.cpuMillis()), base, LimitValues::cpuMillis),
                naming.choose(LimitKind.OUTPUT, "output_bytes", spec.output(), base, LimitValues::output),
                naming.choose(LimitKind.DISK, "disk_bytes", spec.disk(), base, LimitValues::disk),
                naming.choose(LimitKind.FILE_SIZE, "file_size_bytes", spec.fileSize(), base, LimitValues::fileSize));
        return new ResolvedLimits(profile, values, spec.onOutputLimit().orElse(onOutputLimit), naming.named);
    }

    private static Optional<Integer> boxed(OptionalInt value) {
        return value.isPresent() ? Optional.of(value.getAsInt()) : Optional.empty();
    }

    /// Chooses between what is named and what is not, and remembers what was named.
    private static final class Naming {
        final Map<LimitKind, String> named = new EnumMap<>(LimitKind.class);
        private final LimitValues ceilings;

        Naming(LimitValues ceilings) {
            this.ceilings = ceilings;
        }

        <T extends Comparable<? super T>> T choose(
                LimitKind kind, String field, Optional<T> asked, LimitValues base, Function<LimitValues, T> limit)
                throws RefusedException {
            if (asked.isEmpty()) {
                return limit.apply(base);
            }
            var ceiling = limit.apply(ceilings);
            if (asked.get().compareTo(ceiling) > 0) {
                throw new RefusedException(
                        new Refusal.LimitAboveCeiling(FIELDS + field, text(ceiling)),
                        FIELDS + field + ": is above the ceiling of " + text(ceiling));
            }
            named.put(kind, FIELDS + field);
            return asked.get();
        }

        private static String text(Object ceiling) {
            return ceiling instanceof Duration duration ? Durations.format(duration) : ceiling.toString();
        }
    }
}
