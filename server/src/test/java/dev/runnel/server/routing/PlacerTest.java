package dev.runnel.server.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.testing.TestExecutor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlacerTest {
    private static final TestExecutor FIRST = TestExecutor.named("first");
    private static final TestExecutor SECOND = TestExecutor.named("second");

    @Test
    void thePreferredExecutorIsTaken() throws Exception {
        assertThat(placer(SECOND, FIRST).place(python()).executor()).isEqualTo(SECOND);
    }

    @Test
    void anExecutorThatCannotWorkHereIsPassedOver() throws Exception {
        assertThat(placer(FIRST.unavailable("no bwrap"), SECOND).place(python()).executor())
                .isEqualTo(SECOND);
    }

    @Test
    void anExecutorWithoutTheLanguageIsPassedOver() throws Exception {
        assertThat(placer(FIRST.missing("python", "install it"), SECOND)
                        .place(python())
                        .executor())
                .isEqualTo(SECOND);
    }

    @Test
    void theIsolationAskedForIsGivenOrTheCallFails() throws Exception {
        var container = TestExecutor.named("container").isolatedBy(Isolation.CONTAINER);
        var demand = demand(Optional.empty(), Optional.of(Isolation.CONTAINER), false, Map.of());

        assertThat(placer(FIRST, container).place(demand).executor()).isEqualTo(container);
        var refused = refused(placer(FIRST, SECOND), demand);
        assertThat(refused.failure().refusal()).isEqualTo(new Refusal.IsolationUnavailable());
        assertThat(refused)
                .hasMessage("no executor here will do: first: it isolates by PROCESS, not CONTAINER;"
                        + " second: it isolates by PROCESS, not CONTAINER");
    }

    @Test
    void withoutAnyDemandTheOperatorsMinimumHolds() {
        var weak = FIRST.isolatedBy(Isolation.LANGUAGE);

        assertThat(refused(placer(weak), python()).failure().refusal()).isEqualTo(new Refusal.IsolationUnavailable());
    }

    @Test
    void aCellIsGivenOrTheCallFails() throws Exception {
        var demand = demand(Optional.empty(), Optional.empty(), true, Map.of());

        assertThat(placer(FIRST, SECOND.withCells()).place(demand).executor()).isEqualTo(SECOND.withCells());
        assertThat(refused(placer(FIRST), demand).failure().refusal()).isEqualTo(new Refusal.CellUnavailable());
    }

    @Test
    void aLimitThatWasNamedIsEnforcedOrTheCallFails() throws Exception {
        var demand = demand(Optional.empty(), Optional.empty(), false, Map.of(LimitKind.CPU, "spec.limits.cpu_millis"));

        assertThat(placer(FIRST.without(LimitKind.CPU), SECOND).place(demand).executor())
                .isEqualTo(SECOND);
        var refused = refused(placer(FIRST.without(LimitKind.CPU)), demand);
        assertThat(refused.failure().refusal()).isEqualTo(new Refusal.LimitNotEnforceable("spec.limits.cpu_millis"));
    }

    @Test
    void aLimitThatNobodyNamedNeedsNoEnforcement() throws Exception {
        assertThat(placer(FIRST.without(LimitKind.CPU))
                        .place(python())
                        .sandboxes()
                        .enforcement())
                .containsKey(LimitKind.CPU);
    }

    @Test
    void theExecutorThatWasNamedIsTakenOrTheCallFails() throws Exception {
        var second = demand(Optional.of("second"), Optional.empty(), false, Map.of());
        var third = demand(Optional.of("third"), Optional.empty(), false, Map.of());

        assertThat(placer(FIRST, SECOND).place(second).executor()).isEqualTo(SECOND);
        var broken = refused(placer(FIRST, SECOND.unavailable("no bwrap: install it")), second);
        assertThat(broken.failure().refusal()).isEqualTo(new Refusal.ExecutorUnavailable());
        assertThat(broken).hasMessage("no executor here will do: second: no bwrap: install it");
        var unknown = refused(placer(FIRST, SECOND), third);
        assertThat(unknown.failure().refusal()).isEqualTo(new Refusal.ExecutorUnavailable());
        assertThat(unknown).hasMessage("there is no such executor here; there are: first, second");
    }

    @Test
    void anExecutorThatIsNotPreferredIsOnlyTakenByName() throws Exception {
        var placer = new Placer(new ExecutorCatalog(List.of(FIRST, SECOND), List.of("first")), Isolation.PROCESS);
        var second = demand(Optional.of("second"), Optional.empty(), false, Map.of());

        assertThat(placer.place(second).executor()).isEqualTo(SECOND);
        assertThat(placer.place(python()).executor()).isEqualTo(FIRST);
    }

    @Test
    void ofSeveralReasonsTheOneThatCameFurthestIsTold() {
        var placer = placer(FIRST.unavailable("no engine"), SECOND.missing("python", "install python3"));

        var refused = refused(placer, python());

        assertThat(refused.failure().refusal()).isEqualTo(new Refusal.LanguageUnavailable());
        assertThat(refused).hasMessage("no executor here will do: first: no engine; second: install python3");
    }

    private static Placer placer(TestExecutor... executors) {
        var names = Arrays.stream(executors).map(TestExecutor::name).toList();
        return new Placer(new ExecutorCatalog(List.of(executors), names), Isolation.PROCESS);
    }

    private static Demand python() {
        return demand(Optional.empty(), Optional.empty(), false, Map.of());
    }

    private static Demand demand(
            Optional<String> executor, Optional<Isolation> minimum, boolean cell, Map<LimitKind, String> limits) {
        return new Demand(executor, minimum, cell, Optional.of("python"), limits);
    }

    private static RefusedException refused(Placer placer, Demand demand) {
        return catchThrowableOfType(RefusedException.class, () -> placer.place(demand));
    }
}
