package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WarmPoolTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final ManualTime time = new ManualTime();
    private final List<Thing> made = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Thing> makings = new LinkedBlockingQueue<>();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private final AtomicBoolean broken = new AtomicBoolean();
    private final AtomicInteger failures = new AtomicInteger();
    private final Semaphore may = new Semaphore(1_000);
    private final WarmPool<String, Thing> pool = pool(2, 2);

    private WarmPool<String, Thing> pool(int ahead, int kinds) {
        return new WarmPool<>(
                this::make, new WarmPool.Settings(ahead, kinds, 2, HOUR), Programs.alarms(time), this::instant);
    }

    private Instant instant() {
        return Instant.EPOCH.plusNanos(time.nanos());
    }

    @AfterEach
    void close() {
        pool.close();
        assertThat(made).filteredOn(thing -> !thing.taken).allMatch(Thing::isDestroyedSoon);
    }

    @Test
    void whatNobodyHasAskedForBeforeIsMadeForTheOneWhoAsks() throws Exception {
        assertThat(take("a").kind).isEqualTo("a");

        assertThat(pool.statistics().hits()).isZero();
        assertThat(pool.statistics().misses()).isEqualTo(1);
    }

    @Test
    void whatWasAskedForIsKeptInStock() throws Exception {
        take("a");
        awaitStock(2);

        var stocked = take("a");

        assertThat(stocked.number).isLessThan(made.getLast().number + 1);
        assertThat(pool.statistics().hits()).isEqualTo(1);
        time.advance(Duration.ofMillis(100));
        awaitStock(2);
    }

    @Test
    void nothingIsGivenToTwo() throws Exception {
        take("a");
        awaitStock(2);
        var taken = new ArrayList<Thing>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var takings = IntStream.range(0, 50)
                    .mapToObj(_ -> threads.submit(() -> take("a")))
                    .toList();
            for (var taking : takings) {
                taken.add(taking.get());
            }
        }

        assertThat(taken).hasSize(50).doesNotHaveDuplicates();
    }

    @Test
    void stockIsMadeFewAtATime() throws Exception {
        pool.prepare("a");
        pool.prepare("b");
        awaitStock(4);

        assertThat(mostAtOnce.get()).isLessThanOrEqualTo(2);
    }

    @Test
    void stockThatIsLeftIsToppedUpInALullOnly() throws Exception {
        pool.prepare("a");
        awaitStock(2);

        take("a");
        time.advance(Duration.ofMillis(99));

        assertThat(makings).hasSize(2);
        time.advance(Duration.ofMillis(1));
        awaitStock(2);
    }

    @Test
    void stockThatIsUsedUpIsMadeAtOnce() throws Exception {
        pool.prepare("a");
        awaitStock(2);

        take("a");
        take("a");

        awaitStock(2);
    }

    @Test
    void whatCanWaitWaitsForALullWhileThereIsStockForOthers() throws Exception {
        pool.prepare("a");
        awaitStock(2);
        take("a");
        var waiting =
                Thread.ofPlatform().start(() -> assertThatCode(pool::awaitLull).doesNotThrowAnyException());
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }

        time.advance(Duration.ofMillis(100));

        waiting.join();
    }

    @Test
    void nothingWaitsForALullWhenTheStockIsUsedUp() throws Exception {
        may.drainPermits();

        assertThatThrownBy(() -> takeInterrupted("a")).isInstanceOf(InterruptedException.class);

        pool.awaitLull();
    }

    @Test
    void whatBrokeWhileItWaitedIsReplacedAndGivenToNobody() throws Exception {
        pool.prepare("a");
        awaitStock(2);
        made.getFirst().usable = false;

        pool.tend();

        awaitStock(2);
        assertThat(made).hasSize(3);
        assertThat(take("a").usable).isTrue();
        assertThat(take("a").usable).isTrue();
    }

    @Test
    void whatIsTooOldIsNotUsed() throws Exception {
        pool.prepare("a");
        awaitStock(2);

        time.advance(HOUR);
        var fresh = take("a");

        assertThat(fresh.number).isGreaterThan(1);
    }

    @Test
    void aKindThatNobodyAsksForAnyMoreIsNotKept() throws Exception {
        pool.prepare("a");
        awaitStock(2);

        time.advance(HOUR.plusSeconds(1));
        pool.tend();

        awaitStock(0);
    }

    @Test
    void ofTooManyKindsTheOneNotAskedForTheLongestGoes() throws Exception {
        pool.prepare("a");
        pool.prepare("b");
        awaitStock(4);

        pool.prepare("c");

        awaitStock(4);
        assertThat(made).filteredOn(thing -> thing.kind.equals("a")).allMatch(Thing::isDestroyedSoon);
    }

    @Test
    void aSourceThatFailsIsTriedAgainAfterLongerAndLongerPauses() throws Exception {
        broken.set(true);
        try (var one = pool(1, 1)) {
            one.prepare("a");
            for (var pause = Duration.ofMillis(500);
                    pause.compareTo(LONGEST_PAUSE) < 0;
                    pause = pause.multipliedBy(2)) {
                time.awaitAlarm();
                var before = failures.get();

                time.advance(pause.minusMillis(1));
                assertThat(failures.get()).isEqualTo(before);
                time.advance(Duration.ofMillis(1));
                awaitFailures(before + 1);
            }
            time.awaitAlarm();
            broken.set(false);
            time.advance(LONGEST_PAUSE);

            while (one.statistics().stock() != 1) {
                Thread.sleep(1);
            }
        }
    }

    @Test
    void pausesEndWhenTheSourceIsKnownToBeMended() throws Exception {
        broken.set(true);
        try (var one = pool(1, 1)) {
            one.prepare("a");
            time.awaitAlarm();
            broken.set(false);

            one.retry();

            while (one.statistics().stock() != 1) {
                Thread.sleep(1);
            }
        }
    }

    @Test
    void whoAsksWhileTheSourceFailsIsTold() {
        broken.set(true);

        assertThatThrownBy(() -> take("a")).isInstanceOf(SandboxException.class).hasMessage("broken");
    }

    @Test
    void whatIsBeingMadeWhenThePoolIsClosedIsDestroyed() throws Exception {
        may.drainPermits();
        pool.prepare("a");
        assertThat(makings.poll(10, TimeUnit.SECONDS)).isNotNull();

        pool.close();

        assertThat(pool.statistics().stock()).isZero();
    }

    private Thing take(String kind) throws SandboxException, InterruptedException {
        var thing = pool.take(kind);
        thing.taken = true;
        return thing;
    }

    private void takeInterrupted(String kind) throws SandboxException, InterruptedException {
        Thread.currentThread().interrupt();
        take(kind);
    }

    private Thing make(String kind) throws SandboxException, InterruptedException {
        mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        try {
            if (broken.get()) {
                failures.incrementAndGet();
                throw new SandboxException(new Reason.Unavailable(), "broken");
            }
            var thing = new Thing(kind, made.size());
            makings.add(thing);
            may.acquire();
            made.add(thing);
            return thing;
        } finally {
            atOnce.decrementAndGet();
        }
    }

    private void awaitStock(int count) throws InterruptedException {
        while (pool.statistics().stock() != count) {
            Thread.sleep(1);
        }
    }

    private void awaitFailures(int count) throws InterruptedException {
        while (failures.get() < count) {
            Thread.sleep(1);
        }
    }

    /// Something that takes a while to make.
    private static final class Thing implements WarmPool.Item {
        private final String kind;
        private final int number;
        private volatile boolean usable = true;
        private volatile boolean taken;
        private volatile boolean destroyed;

        Thing(String kind, int number) {
            this.kind = kind;
            this.number = number;
        }

        boolean isDestroyedSoon() {
            while (!destroyed) {
                Thread.onSpinWait();
            }
            return true;
        }

        @Override
        public boolean isUsable() {
            return usable;
        }

        @Override
        public void destroy() {
            destroyed = true;
        }
    }
}
