package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executors.runner.CellConfig.CellMode;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.testkit.FakeExecutor;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// When nurseries are started, kept, replaced and closed, with nurseries that only say so.
@Timeout(60)
final class NurseriesTest {
    private static final SandboxLimits SANDBOX =
            new SandboxLimits(DataSize.ofMebibytes(256), 64, 2000, DataSize.ofMebibytes(64));
    private static final CellConfig CONFIG =
            new CellConfig(CellMode.AUTO, 8, 0, 0, 0, SANDBOX, Duration.ofHours(1), 3, Duration.ofMinutes(10));

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final FakeExecutor executor = new FakeExecutor();
    private final LinkedBlockingQueue<FakeNursery> started = new LinkedBlockingQueue<>();
    private final AtomicReference<Callable<FakeNursery>> next = new AtomicReference<>(this::fresh);
    private final AtomicInteger starts = new AtomicInteger();
    private final Nurseries<String> nurseries = new Nurseries<>(this::start, CONFIG, now::get, Duration.ofDays(1));

    @AfterEach
    void close() {
        nurseries.close();
        executor.close();
    }

    @Test
    void cellsOfOneTenantShareANurseryAndThoseOfTwoDoNot() throws Exception {
        try (var _ = open("a");
                var _ = open("a")) {
            assertThat(started).hasSize(1);

            try (var _ = open("b")) {
                assertThat(started).hasSize(2);
            }
        }
    }

    @Test
    void whoComesFirstAtOneTimeWaitsForOneStart() throws Exception {
        var mayStart = new CountDownLatch(1);
        next.set(() -> {
            mayStart.await();
            return fresh();
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var one = threads.submit(() -> open("a"));
            var other = threads.submit(() -> open("a"));
            mayStart.countDown();

            one.get().close();
            other.get().close();
        }
        assertThat(started).hasSize(1);
    }

    @Test
    void aRetiredNurseryIsClosedWithItsLastCellAndTheNextCellIsElsewhere() throws Exception {
        var cell = open("a");
        var old = started.take();

        old.retire();
        open("a").close();

        assertThat(started).hasSize(1);
        assertThat(old.isClosed()).isFalse();
        cell.close();
        assertThat(old.closesSoon()).isTrue();
    }

    @Test
    void aCellThatCanNotBeOpenedIsOpenedInAFreshNursery() throws Exception {
        open("a").close();
        var old = started.take().failing();

        open("a").close();

        assertThat(started).hasSize(1);
        assertThat(old.closesSoon()).isTrue();
    }

    @Test
    void afterTwoFreshNurseriesFailedItIsSaidSo() throws Exception {
        open("a").close();
        started.take().failing();
        next.set(() -> fresh().failing());

        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(() -> open("a"))
                .withMessageContaining("opens no more cells")
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(new Reason.Unavailable()));

        assertThat(started).hasSize(2);
        assertThat(started.take().closesSoon()).isTrue();
        assertThat(started.take().closesSoon()).isTrue();
        next.set(this::fresh);
        open("a").close();
    }

    @Test
    void aStartThatCanNotSucceedIsNotRepeated() {
        next.set(() -> {
            throw new SandboxException(new Reason.Unsupported(), "no namespaces");
        });

        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(() -> open("a"))
                .withMessage("no namespaces")
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(new Reason.Unsupported()));

        assertThat(starts).hasValue(1);
    }

    @Test
    void aFullNurseryRefusesAndIsKept() throws Exception {
        open("a").close();
        started.peek().becomeFull();

        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(() -> open("a"))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(new Reason.Exhausted()));

        assertThat(started).hasSize(1);
        assertThat(started.take().isClosed()).isFalse();
    }

    @Test
    void aNurseryThatHasOpenedEnoughCellsIsReplacedBeforeAnybodyWaits() throws Exception {
        for (var count = 0; count < CONFIG.maxOpened(); count++) {
            open("a").close();
        }

        var old = started.take();
        var fresh = started.poll(30, TimeUnit.SECONDS);

        assertThat(fresh).isNotNull();
        assertThat(old.closesSoon()).isTrue();
        open("a").close();
        assertThat(starts).hasValue(2);
    }

    @Test
    void anOldNurseryIsReplacedAndItsCellsGoOn() throws Exception {
        var cell = open("a");
        var old = started.take();

        pass(CONFIG.maxAge());
        nurseries.check();

        var fresh = started.poll(30, TimeUnit.SECONDS);
        assertThat(fresh).isNotNull();
        assertThat(old.isClosed()).isFalse();
        cell.close();
        assertThat(old.closesSoon()).isTrue();
        assertThat(fresh.isClosed()).isFalse();
    }

    @Test
    void aWornNurseryThatCanNotBeReplacedRetiresAllTheSame() throws Exception {
        open("a").close();
        var old = started.take();
        next.set(() -> {
            throw new SandboxException(new Reason.Unavailable(), "not now");
        });

        pass(CONFIG.maxAge());
        nurseries.check();

        assertThat(old.closesSoon()).isTrue();
    }

    @Test
    void aNurseryWithoutCellsIsClosedAfterAWhileAndOneWithACellIsNot() throws Exception {
        open("idle").close();
        var idle = started.take();
        var cell = open("busy");
        var busy = started.take();

        pass(CONFIG.idle());
        nurseries.check();

        assertThat(idle.closesSoon()).isTrue();
        assertThat(busy.isClosed()).isFalse();
        cell.close();
        nurseries.check();
        assertThat(busy.isClosed()).isFalse();
    }

    @Test
    void aNurseryThatDoesNotAnswerOpensNoMoreCells() throws Exception {
        open("a").close();
        var old = started.take();
        old.becomeSilent();

        nurseries.check();

        assertThat(old.closesSoon()).isTrue();
        open("a").close();
        assertThat(starts).hasValue(2);
    }

    @Test
    void atTheEndEveryNurseryIsClosedAlsoOneThatIsBeingStarted() throws Exception {
        var cell = open("a");
        var waiting = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        next.set(() -> {
            waiting.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            throw new AssertionError();
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var late = threads.submit(() -> open("b"));
            waiting.await();

            nurseries.close();

            assertThat(interrupted.getCount()).isZero();
            assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
                    .isThrownBy(late::get)
                    .withCauseInstanceOf(SandboxException.class);
        }
        assertThat(started.take().isClosed()).isTrue();
        assertThatExceptionOfType(SandboxException.class).isThrownBy(() -> open("a"));
        cell.close();
    }

    private Sandbox open(String tenant) throws SandboxException, InterruptedException {
        return nurseries.open(tenant, new SandboxSpec("cell-" + Nonce.random(6), tenant, SANDBOX, Optional.empty()));
    }

    private void pass(Duration time) {
        now.updateAndGet(instant -> instant.plus(time).plusSeconds(1));
    }

    private FakeNursery fresh() {
        return new FakeNursery(executor);
    }

    private Nursery start(String tenant) throws SandboxException, InterruptedException {
        starts.incrementAndGet();
        try {
            var nursery = next.get().call();
            started.add(nursery);
            return nursery;
        } catch (SandboxException | InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
