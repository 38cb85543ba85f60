package dev.runnel.server.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.server.config.Configuration;
import dev.runnel.server.execution.LimitsSpec;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class LimitResolverTest {
    private final LimitResolver limits =
            new LimitResolver(Configuration.defaults().limits());

    @Test
    void nothingNamedIsTheDefaultProfile() throws Exception {
        var resolved = limits.resolve(LimitsSpec.NONE);

        assertThat(resolved.profile()).isEqualTo("default");
        assertThat(resolved.run().wallTime()).hasSeconds(60);
        assertThat(resolved.onOutputLimit()).isEqualTo(OutputLimitAction.KILL);
        assertThat(resolved.named()).isEmpty();
    }

    @Test
    void whatIsLeftOutIsTheProfiles() throws Exception {
        var resolved =
                limits.resolve(spec(Optional.of("complex"), Optional.of(Duration.ofSeconds(5)), OptionalInt.of(3)));

        assertThat(resolved.run().wallTime()).hasSeconds(5);
        assertThat(resolved.sandbox().processes()).isEqualTo(3);
        assertThat(resolved.sandbox().memory()).isEqualTo(DataSize.parse("1GiB"));
        assertThat(resolved.sandbox().cpuMillis()).isEqualTo(2000);
        assertThat(resolved.named())
                .containsOnlyKeys(LimitKind.WALL_TIME, LimitKind.PROCESSES)
                .containsEntry(LimitKind.PROCESSES, "spec.limits.processes");
    }

    @Test
    void anUnknownProfileIsRefusedAndTheKnownOnesAreNamed() {
        var refused = catchThrowableOfType(
                RefusedException.class,
                () -> limits.resolve(spec(Optional.of("huge"), Optional.empty(), OptionalInt.empty())));

        assertThat(refused)
                .hasMessage(
                        "spec.limits.profile: there is no such profile; there are: default, simple, medium, complex");
    }

    @Test
    void aLimitAboveItsCeilingIsRefusedAndNeverLowered() {
        var tooLong = spec(Optional.empty(), Optional.of(Duration.ofHours(1).plusNanos(1)), OptionalInt.empty());
        var tooMany = spec(Optional.empty(), Optional.empty(), OptionalInt.of(1025));

        assertThat(refusal(tooLong)).isEqualTo(new Refusal.LimitAboveCeiling("spec.limits.wall_time", "1h"));
        assertThat(refusal(tooMany)).isEqualTo(new Refusal.LimitAboveCeiling("spec.limits.processes", "1024"));
    }

    @Test
    void theCeilingItselfIsAllowed() throws Exception {
        var resolved = limits.resolve(spec(Optional.empty(), Optional.of(Duration.ofHours(1)), OptionalInt.of(1024)));

        assertThat(resolved.run().wallTime()).hasHours(1);
    }

    @Test
    void inASessionWhatIsLeftOutIsTheSessions() throws Exception {
        var session =
                limits.resolve(spec(Optional.of("simple"), Optional.of(Duration.ofSeconds(7)), OptionalInt.of(9)));

        var resolved = limits.resolveIn(session, LimitsSpec.NONE);

        assertThat(resolved.values()).isEqualTo(session.values());
        assertThat(resolved.profile()).isEqualTo("simple");
        assertThat(resolved.named())
                .as("the session's own were checked at its creation")
                .isEmpty();
    }

    @Test
    void inASessionALimitOfOneExecutionMayBeNamed() throws Exception {
        var session = limits.resolve(LimitsSpec.NONE);

        var resolved = limits.resolveIn(
                session, spec(Optional.empty(), Optional.of(Duration.ofSeconds(1)), OptionalInt.empty()));

        assertThat(resolved.run().wallTime()).hasSeconds(1);
        assertThat(resolved.named()).containsOnlyKeys(LimitKind.WALL_TIME);
    }

    private Refusal refusal(LimitsSpec spec) {
        return catchThrowableOfType(RefusedException.class, () -> limits.resolve(spec))
                .failure()
                .refusal();
    }

    private static LimitsSpec spec(Optional<String> profile, Optional<Duration> wallTime, OptionalInt processes) {
        return new LimitsSpec(
                profile,
                wallTime,
                Optional.empty(),
                Optional.empty(),
                processes,
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
