package dev.runnel.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.testkit.FakeExecutor;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.config.Configuration;
import dev.runnel.server.config.SessionSettings;
import dev.runnel.server.execution.IfSessionBusy;
import dev.runnel.server.execution.LimitsSpec;
import dev.runnel.server.execution.SandboxSource;
import dev.runnel.server.paging.PageRequest;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.routing.ExecutorCatalog;
import dev.runnel.server.routing.Languages;
import dev.runnel.server.routing.LimitResolver;
import dev.runnel.server.routing.Placer;
import dev.runnel.server.testing.Lines;
import dev.runnel.server.testing.MovableClock;
import dev.runnel.server.yaml.YamlException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SessionsTest {
    private static final Tenant ALICE = new Tenant("alice");
    private static final Tenant BOB = new Tenant("bob");
    private static final Duration IDLE = Duration.ofMinutes(30);
    private static final Duration AGE = Duration.ofHours(2);
    private static final Duration SOON = Duration.ofSeconds(30);

    private final FakeExecutor executor = FakeExecutor.withImages("debian");
    private final MovableClock clock = new MovableClock();
    private final FakeOccupants occupants = new FakeOccupants();
    private final SessionDirectory directory = new SessionDirectory();
    private final Sessions sessions = new Sessions(
            directory,
            languages(),
            new Placer(new ExecutorCatalog(List.of(executor), List.of("fake")), Isolation.PROCESS),
            new LimitResolver(Configuration.defaults().limits()),
            occupants,
            new SessionSettings(IDLE, Duration.ofHours(1), AGE, 3),
            clock);

    /// Executions that end as soon as they are cancelled.
    private static final class FakeOccupants implements Occupants {
        final List<String> cancelled = new ArrayList<>();

        @Override
        public Optional<String> running(Tenant tenant, String session) {
            return Optional.of("execution-in-" + session);
        }

        @Override
        public void cancelAll(Tenant tenant, String session) {
            cancelled.add(session);
        }
    }

    @AfterEach
    void close() {
        sessions.close();
        executor.close();
    }

    @Test
    void aSessionOpensItsSandboxWhenItIsCreated() throws Exception {
        var view = create(ALICE, "s");

        assertThat(executor.openSandboxes()).hasSize(1);
        assertThat(view.id()).isEqualTo("s");
        assertThat(view.state()).isEqualTo(SessionState.IDLE);
        assertThat(view.sandbox().executor()).isEqualTo("fake");
        assertThat(view.limits()).hasSize(8);
        assertThat(view.currentExecution()).isEmpty();
        assertThat(view.expires()).contains(clock.instant().plus(IDLE));
    }

    @Test
    void theImageAskedForIsTheSandboxes() throws Exception {
        sessions.create(ALICE, request("s", image("debian")));

        assertThat(executor.openSandboxes().iterator().next().spec().image()).contains("debian");
        assertThat(directory.find(ALICE, "s").placement().image()).contains("debian");
        assertThat(directory.find(ALICE, "s").placement().imageDigest()).contains("fake:debian");
        assertThat(refusal(() -> sessions.create(ALICE, request("s", plain()))))
                .isEqualTo(new Refusal.SessionIdReused());
        assertThat(refusal(() -> sessions.create(ALICE, request("t", image("ubuntu")))))
                .isEqualTo(new Refusal.ImageUnavailable());
        assertThat(executor.openSandboxes()).hasSize(1);
    }

    private static SessionSpec image(String image) {
        return new SessionSpec(
                LimitsSpec.NONE,
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.of(image),
                Optional.empty(),
                Extras.NONE,
                Optional.empty());
    }

    @Test
    void aSessionIsOpenedForTheLanguageThatItIsSaidToBeFor() throws Exception {
        sessions.create(ALICE, request("s", language("JS")));

        assertThat(executor.openSandboxes().iterator().next().spec().language()).contains("javascript");
        assertThat(refusal(() -> sessions.create(ALICE, request("t", language("cobol")))))
                .isEqualTo(new Refusal.LanguageUnavailable());
        assertThat(executor.openSandboxes()).hasSize(1);
    }

    private static SessionSpec language(String language) {
        return new SessionSpec(
                LimitsSpec.NONE,
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.of(language),
                Extras.NONE,
                Optional.empty());
    }

    private static Languages languages() {
        try {
            return Languages.load(Path.of("../images"), Map.of());
        } catch (YamlException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theLimitsAskedForAreTheSandboxes() throws Exception {
        var limits = new LimitsSpec(
                Optional.of("complex"),
                Optional.empty(),
                Optional.empty(),
                Optional.of(DataSize.ofMebibytes(77)),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        sessions.create(ALICE, request("s", spec(limits, Optional.empty())));

        assertThat(executor.openSandboxes()).singleElement().satisfies(sandbox -> {
            assertThat(sandbox.spec().limits().memory()).isEqualTo(DataSize.ofMebibytes(77));
            assertThat(sandbox.spec().limits().cpuMillis()).isEqualTo(2000);
            assertThat(sandbox.spec().tenant()).isEqualTo("alice");
        });
    }

    @Test
    void aRepeatedRequestFindsTheSession() throws Exception {
        var first = create(ALICE, "s");
        clock.advance(Duration.ofMinutes(1));

        assertThat(create(ALICE, "s")).isEqualTo(first);
        assertThat(executor.openSandboxes()).hasSize(1);
    }

    @Test
    void anIdWithAnotherSpecIsRefused() throws Exception {
        create(ALICE, "s");
        var other = request("s", spec(LimitsSpec.NONE, Optional.of(Duration.ofMinutes(1))));

        assertThat(refusal(() -> sessions.create(ALICE, other))).isEqualTo(new Refusal.SessionIdReused());
    }

    @Test
    void aForeignAndAnUnknownSessionAreTheSameNotFound() throws Exception {
        create(ALICE, "s");

        var foreign = refused(() -> sessions.get(BOB, "s"));
        assertThat(foreign.failure())
                .isEqualTo(refused(() -> sessions.get(BOB, "none")).failure());
        assertThat(foreign.failure())
                .isEqualTo(refused(() -> directory.find(BOB, "s")).failure());
        assertThat(foreign.failure().refusal()).isEqualTo(new Refusal.SessionNotFound());
        assertThat(sessions.list(BOB, everything(), new PageRequest(0, Optional.empty()))
                        .items())
                .isEmpty();
        sessions.delete(BOB, "s");
        assertThat(sessions.get(ALICE, "s").state()).isEqualTo(SessionState.IDLE);
    }

    @Test
    void whatCannotBeOpenedIsRefusedAndLeavesNoTrace() throws Exception {
        executor.refuseNextOpen(new Reason.Exhausted());
        executor.refuseNextOpen(new Reason.Unavailable());

        assertThat(refusal(() -> create(ALICE, "s"))).isInstanceOf(Refusal.DaemonFull.class);
        assertThat(refusal(() -> create(ALICE, "s"))).isInstanceOf(Refusal.ExecutorDown.class);
        assertThat(refusal(() -> sessions.get(ALICE, "s"))).isEqualTo(new Refusal.SessionNotFound());
        for (var id : List.of("a", "b", "c")) {
            assertThat(create(ALICE, id).state()).as("its room was given back").isEqualTo(SessionState.IDLE);
        }
    }

    @Test
    void thereAreOnlySoManySessions() throws Exception {
        create(ALICE, "a");
        create(ALICE, "b");
        create(BOB, "c");

        assertThat(refusal(() -> create(BOB, "d"))).isInstanceOf(Refusal.DaemonFull.class);
        sessions.delete(ALICE, "a");
        assertThat(create(BOB, "d").id()).isEqualTo("d");
    }

    @Test
    void anIdleTimeoutAboveTheOperatorsIsRefused() {
        var tooLong = request("s", spec(LimitsSpec.NONE, Optional.of(Duration.ofMinutes(61))));

        assertThat(refused(() -> sessions.create(ALICE, tooLong)))
                .hasMessage("spec.idle_timeout: must be at most 1h here");
    }

    @Test
    void programsRunInTheOrderInWhichTheyCame() throws Exception {
        create(ALICE, "s");
        var order = new ArrayList<String>();
        var first = acquire("s", IfSessionBusy.WAIT, SOON);
        var threads = new ArrayList<Thread>();
        for (var name : List.of("second", "third")) {
            var waiting = new CountDownLatch(1);
            threads.add(Thread.ofVirtual().start(() -> {
                try (var _ = source("s").acquire(SOON, ahead -> waiting.countDown())) {
                    synchronized (order) {
                        order.add(name);
                    }
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }));
            assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();
            awaitBlocked(threads.getLast());
        }

        first.close();
        for (var thread : threads) {
            thread.join(SOON);
        }

        assertThat(order).containsExactly("second", "third");
    }

    /// The listener is told just before the wait; this is the wait itself.
    private static void awaitBlocked(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aBusySessionIsSeenAsBusyAndRefusesWhoDoesNotWantToWait() throws Exception {
        create(ALICE, "s");
        try (var _ = acquire("s", IfSessionBusy.WAIT, SOON)) {
            var busy = sessions.get(ALICE, "s");

            assertThat(busy.state()).isEqualTo(SessionState.BUSY);
            assertThat(busy.currentExecution()).contains("execution-in-s");
            assertThat(busy.expires()).isEmpty();
            assertThat(refusal(() -> acquire("s", IfSessionBusy.FAIL, SOON))).isEqualTo(new Refusal.SessionBusy());
            assertThat(refusal(() -> acquire("s", IfSessionBusy.WAIT, Duration.ZERO)))
                    .isInstanceOf(Refusal.QueueTimeExceeded.class);
        }
        assertThat(sessions.get(ALICE, "s").state()).isEqualTo(SessionState.IDLE);
        acquire("s", IfSessionBusy.FAIL, SOON).close();
    }

    @Test
    void aSandboxThatIsLostIsNeverReplaced() throws Exception {
        create(ALICE, "s");
        try (var lease = acquire("s", IfSessionBusy.WAIT, SOON)) {
            Lines.run(lease.sandbox(), "crash");
        } catch (SandboxException e) {
            assertThat(e.reason()).isInstanceOf(Reason.Lost.class);
        }

        assertThat(sessions.get(ALICE, "s").state()).isEqualTo(SessionState.LOST);
        assertThat(refusal(() -> directory.find(ALICE, "s"))).isEqualTo(new Refusal.SessionLost());
        assertThat(create(ALICE, "s").state())
                .as("creating it again finds it as it is")
                .isEqualTo(SessionState.LOST);
        assertThat(executor.openSandboxes())
                .as("nothing of it is left on the host")
                .isEmpty();
        sessions.delete(ALICE, "s");
        assertThat(create(ALICE, "s").state()).isEqualTo(SessionState.IDLE);
    }

    @Test
    void whoWaitsForASessionThatIsLostMeanwhileHearsOfIt() throws Exception {
        create(ALICE, "s");
        var first = acquire("s", IfSessionBusy.WAIT, SOON);
        var waiting = new CountDownLatch(1);
        var heard = new ArrayList<Refusal>();
        var waiter = Thread.ofVirtual().start(() -> {
            try (var _ = source("s").acquire(SOON, _ -> waiting.countDown())) {
                throw new AssertionError("a lost sandbox was lent");
            } catch (RefusedException e) {
                heard.add(e.failure().refusal());
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        assertThat(waiting.await(30, TimeUnit.SECONDS)).isTrue();

        var _ = catchThrowableOfType(SandboxException.class, () -> Lines.run(first.sandbox(), "crash"));
        first.close();
        waiter.join(SOON);

        assertThat(heard).containsExactly(new Refusal.SessionLost());
    }

    @Test
    void deletingCancelsWhatRunsAndDestroysTheSandbox() throws Exception {
        create(ALICE, "s");
        var source = source("s");

        sessions.delete(ALICE, "s");
        sessions.delete(ALICE, "s");

        assertThat(occupants.cancelled).containsExactly("s");
        assertThat(executor.openSandboxes()).isEmpty();
        assertThat(refusal(() -> sessions.get(ALICE, "s"))).isEqualTo(new Refusal.SessionNotFound());
        assertThat(refusal(() -> source.acquire(SOON, _ -> {}))).isEqualTo(new Refusal.SessionNotFound());
    }

    @Test
    void anIdleSessionEndsAndAnotherOneUsesItsId() throws Exception {
        create(ALICE, "s");
        clock.advance(IDLE.minusSeconds(1));
        acquire("s", IfSessionBusy.WAIT, SOON).close();
        clock.advance(IDLE.minusSeconds(1));
        assertThat(sessions.get(ALICE, "s").state()).isEqualTo(SessionState.IDLE);

        clock.advance(Duration.ofSeconds(1));

        assertThat(refusal(() -> sessions.get(ALICE, "s"))).isEqualTo(new Refusal.SessionNotFound());
        var before = Set.copyOf(executor.openSandboxes());
        create(ALICE, "s");
        assertThat(executor.openSandboxes()).hasSize(1).doesNotContainAnyElementsOf(before);
    }

    @Test
    void aBusySessionIsNotIdleButItHasAnAge() throws Exception {
        create(ALICE, "s");
        try (var _ = acquire("s", IfSessionBusy.WAIT, SOON)) {
            clock.advance(IDLE.multipliedBy(2));
            assertThat(sessions.get(ALICE, "s").state()).isEqualTo(SessionState.BUSY);

            clock.advance(AGE.minus(IDLE.multipliedBy(2)));

            assertThat(refusal(() -> sessions.get(ALICE, "s"))).isEqualTo(new Refusal.SessionNotFound());
        }
    }

    @Test
    void theSweepEndsWhatIsOver() throws Exception {
        create(ALICE, "s");
        clock.advance(IDLE);

        sessions.sweep();
        sessions.delete(ALICE, "s"); // waits for the sweep, if it has begun

        assertThat(executor.openSandboxes()).isEmpty();
        assertThat(occupants.cancelled).containsExactly("s");
    }

    @Test
    void sessionsAreListedNewestFirstByStateAndLabel() throws Exception {
        sessions.create(ALICE, new SessionRequest(Optional.of("a"), plain(), Map.of("team", "red", "x", "1")));
        clock.advance(Duration.ofSeconds(1));
        sessions.create(ALICE, new SessionRequest(Optional.of("b"), plain(), Map.of("team", "red")));
        clock.advance(Duration.ofSeconds(1));
        sessions.create(ALICE, new SessionRequest(Optional.of("c"), plain(), Map.of("team", "blue")));
        try (var _ = acquire("b", IfSessionBusy.WAIT, SOON)) {
            assertThat(list(everything())).containsExactly("c", "b", "a");
            assertThat(list(new SessionFilter(Set.of(), Map.of("team", "red")))).containsExactly("b", "a");
            assertThat(list(new SessionFilter(Set.of(SessionState.BUSY), Map.of())))
                    .containsExactly("b");
        }
    }

    @Test
    void aDaemonThatGoesDownCreatesNoSession() {
        sessions.drain();

        assertThat(refusal(() -> create(ALICE, "s"))).isInstanceOf(Refusal.DaemonDraining.class);
    }

    private List<String> list(SessionFilter filter) throws RefusedException {
        return sessions.list(ALICE, filter, new PageRequest(0, Optional.empty())).items().stream()
                .map(SessionView::id)
                .toList();
    }

    private SessionView create(Tenant tenant, String id) throws RefusedException, InterruptedException {
        return sessions.create(tenant, request(id, plain()));
    }

    private SandboxSource source(String id) throws RefusedException {
        return directory.find(ALICE, id).sandboxes(IfSessionBusy.WAIT);
    }

    private SandboxSource.Lease acquire(String id, IfSessionBusy ifBusy, Duration atMost) throws Exception {
        return directory.find(ALICE, id).sandboxes(ifBusy).acquire(atMost, _ -> {});
    }

    private static SessionRequest request(String id, SessionSpec spec) {
        return new SessionRequest(Optional.of(id), spec, Map.of());
    }

    private static SessionSpec plain() {
        return spec(LimitsSpec.NONE, Optional.empty());
    }

    private static SessionSpec spec(LimitsSpec limits, Optional<Duration> idle) {
        return new SessionSpec(
                limits,
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Extras.NONE,
                idle);
    }

    private static SessionFilter everything() {
        return new SessionFilter(Set.of(), Map.of());
    }

    private static Refusal refusal(ThrowingCallable call) {
        return refused(call).failure().refusal();
    }

    private static RefusedException refused(ThrowingCallable call) {
        return catchThrowableOfType(RefusedException.class, call);
    }
}
