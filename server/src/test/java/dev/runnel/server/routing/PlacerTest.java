package dev.runnel.server.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.testing.TestExecutor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    void anImageIsOnlyTakenFromAnExecutorThatLetsItBeNamed() throws Exception {
        var debian = SECOND.withImages("debian", "node");
        var ubuntu = TestExecutor.named("third").withImages("ubuntu");

        var placed = placer(FIRST, debian, ubuntu).place(image("ubuntu"));

        assertThat(placed.executor()).isEqualTo(ubuntu);
        assertThat(placed.image()).contains("ubuntu");
        var refused = refused(placer(FIRST, debian), image("ubuntu"));
        assertThat(refused.failure().refusal()).isEqualTo(new Refusal.ImageUnavailable());
        assertThat(refused)
                .hasMessage("no executor here will do: first: it has no images;"
                        + " second: the image is none of those that may be named, which are debian, node");
    }

    @Test
    void withoutAnImageExecutorsWithImagesAreLikeAllOthers() throws Exception {
        var images = FIRST.withImages("debian");

        assertThat(placer(images, SECOND).place(python()).executor()).isEqualTo(images);
        assertThat(placer(images).place(python()).image()).isEmpty();
    }

    @Test
    void whatAnImageHasInItIsNotKnownBefore() throws Exception {
        var images = FIRST.withImages("debian").missing("python", "the default image has none");

        var placed = placer(images).place(image("debian"));

        assertThat(placed.executor()).isEqualTo(images);
        assertThat(placed.version("bash")).isEmpty();
        assertThat(refused(placer(images), python()).failure().refusal()).isEqualTo(new Refusal.LanguageUnavailable());
    }

    @Test
    void aStrongerIsolationAndAnImageAreAskedOfTheSameExecutor() {
        var kernel = FIRST.isolatedBy(Isolation.KERNEL);
        var container = SECOND.isolatedBy(Isolation.CONTAINER).withImages("debian");
        var demand = new Demand(
                Optional.empty(),
                Optional.of(Isolation.KERNEL),
                false,
                Optional.of("debian"),
                Optional.empty(),
                Extras.NONE,
                Map.of());

        var refused = refused(placer(kernel, container), demand);

        assertThat(refused.failure().refusal()).isEqualTo(new Refusal.IsolationUnavailable());
        assertThat(refused)
                .hasMessage("no executor here will do: first: it has no images;"
                        + " second: it isolates by CONTAINER, not KERNEL");
    }

    @Test
    void whatTheOperatorHasNotDefinedIsRefusedByName() throws Exception {
        var offered = new Extras(Set.of("data"), Set.of("fuse"), Set.of("db"));
        var images = FIRST.withImages("debian").offering(offered);

        assertThat(placer(SECOND, images).place(extras(offered)).executor()).isEqualTo(images);
        var refused =
                refused(placer(SECOND, images), extras(new Extras(Set.of("data", "etc"), Set.of("kvm"), Set.of())));
        assertThat(refused.failure().refusal()).isEqualTo(new Refusal.ExtraUnavailable());
        assertThat(refused)
                .hasMessage("no executor here will do: second: the operator has defined no mount data, no mount etc,"
                        + " no device kvm; first: the operator has defined no mount etc, no device kvm");
    }

    @Test
    void aSandboxWithExtrasIsNoCell() throws Exception {
        var offered = new Extras(Set.of("data"), Set.of(), Set.of());
        var cells = SECOND.offering(offered).withCells();
        var inACell = new Demand(
                Optional.empty(), Optional.empty(), true, Optional.empty(), Optional.of("python"), offered, Map.of());

        assertThat(placer(cells).place(extras(offered)).executor()).isEqualTo(cells);
        assertThat(refused(placer(cells), inACell).failure().refusal()).isEqualTo(new Refusal.CellUnavailable());
    }

    private static Demand extras(Extras extras) {
        return new Demand(
                Optional.empty(), Optional.empty(), false, Optional.empty(), Optional.of("python"), extras, Map.of());
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

    private static Demand image(String image) {
        return new Demand(
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.of(image),
                Optional.of("python"),
                Extras.NONE,
                Map.of());
    }

    private static Demand python() {
        return demand(Optional.empty(), Optional.empty(), false, Map.of());
    }

    private static Demand demand(
            Optional<String> executor, Optional<Isolation> minimum, boolean cell, Map<LimitKind, String> limits) {
        return new Demand(executor, minimum, cell, Optional.empty(), Optional.of("python"), Extras.NONE, limits);
    }

    private static RefusedException refused(Placer placer, Demand demand) {
        return catchThrowableOfType(RefusedException.class, () -> placer.place(demand));
    }
}
