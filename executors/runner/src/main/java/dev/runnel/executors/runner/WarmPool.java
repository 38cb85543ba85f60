package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.SandboxException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Things that are made ahead because making one takes long, each used once. Thread-safe.
///
/// What was asked for lately is kept in stock; what is not there is made for the one who asks. Stock is
/// made in the background, few at a time, and while some is left only when nobody has asked for anything for a moment:
/// making one takes processors that who asked would rather have. Where that fails it is tried again after a pause that
/// doubles
/// with each failure, so a broken source is not stormed, or when somebody knows that it is mended
/// ([#retry]); the failure is nobody's but the log's.
///
/// @param <K> what kind of thing, with equals
/// @param <T> the thing
public final class WarmPool<K, T extends WarmPool.Item> implements AutoCloseable {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /// Short programs have come to their end by then.
    private static final Duration LULL = Duration.ofMillis(100);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(WarmPool.class);

    private final Source<K, T> source;
    private final Settings settings;
    private final Alarms alarms;
    private final InstantSource clock;
    private final Semaphore making;
    private final ExecutorService makers = Executors.newVirtualThreadPerTaskExecutor();
    private final ReentrantLock lock = new ReentrantLock();

    /// In the order of their last use.
    @GuardedBy("lock") private final LinkedHashMap<K, Shelf<T>> shelves = new LinkedHashMap<>(16, 0.75F, true);

    /// When somebody last asked for anything.
    @GuardedBy("lock") private Instant asked = Instant.MIN;

    @GuardedBy("lock") private long hits;

    @GuardedBy("lock") private long misses;

    @GuardedBy("lock") private boolean closed;

    /// @param alarms for pauses after failures
    public WarmPool(Source<K, T> source, Settings settings, Alarms alarms, InstantSource clock) {
        this.source = source;
        this.settings = settings;
        this.alarms = alarms;
        this.clock = clock;
        this.making = new Semaphore(settings.makingAtOnce());
    }

    /// How much is kept.
    ///
    /// @param ahead things of each kind
    /// @param kinds kept at a time: the one that was not asked for the longest goes first
    /// @param makingAtOnce things made in the background at a time, of all kinds together
    /// @param maxAge after which a thing in stock is not used, and a kind that nobody asked for not kept
    public record Settings(int ahead, int kinds, int makingAtOnce, Duration maxAge) {
        public Settings {
            if (ahead < 0 || kinds < 1 || makingAtOnce < 1 || !maxAge.isPositive()) {
                throw new IllegalArgumentException("a pool's settings must be positive, was " + ahead + " ahead of "
                        + kinds + " kinds, " + makingAtOnce + " at once, " + maxAge);
            }
        }
    }

    /// Makes things.
    @FunctionalInterface
    public interface Source<K, T> {
        /// Leaves nothing behind when it fails or is interrupted.
        T make(K kind) throws SandboxException, InterruptedException;
    }

    /// A thing that may break while it waits.
    public interface Item {
        /// Whether it still is what it was made to be.
        boolean isUsable();

        /// Ends it. Bounded in time, never throws.
        void destroy();
    }

    /// How the pool has done.
    ///
    /// @param hits requests that got something made ahead
    /// @param misses requests for which it was made
    /// @param stock things that wait
    public record Statistics(long hits, long misses, int stock) {}

    private record Stocked<T>(T item, Instant made) {}

    /// One kind's stock. Guarded by the pool's lock.
    private static final class Shelf<T> {
        final Deque<Stocked<T>> stock = new ArrayDeque<>();
        Instant asked;
        int inTheMaking;
        int failures;
        Optional<Alarms.Alarm> pause = Optional.empty();
        /// It will be filled when there is a lull.
        boolean waits;
        boolean dropped;

        Shelf(Instant asked) {
            this.asked = asked;
        }

        void drop(List<T> items) {
            dropped = true;
            stock.forEach(stocked -> items.add(stocked.item()));
            stock.clear();
        }
    }

    /// Takes one from the stock, or makes one. The caller owns it.
    ///
    /// @throws SandboxException what the source throws
    public T take(K kind) throws SandboxException, InterruptedException {
        var unusable = new ArrayList<T>();
        Optional<T> found;
        lock.lock();
        try {
            found = closed ? Optional.empty() : fromStock(kind, unusable);
        } finally {
            lock.unlock();
        }
        inBackground(unusable);
        return found.isPresent() ? found.get() : source.make(kind);
    }

    /// Returns when nobody has asked for anything for a moment, or the stock is used up, or soon anyway: for work that
    /// can wait, like ending what was used. It would take processors from those whose things are ready.
    public void awaitLull() throws InterruptedException {
        var until = clock.instant().plus(LONGEST_WAIT);
        for (var left = untilLull(until); left.isPositive(); left = untilLull(until)) {
            Thread.sleep(left);
        }
    }

    private Duration untilLull(Instant atTheLatest) {
        lock.lock();
        try {
            var lull = asked.plus(LULL);
            var isReady = shelves.values().stream().anyMatch(shelf -> !shelf.stock.isEmpty());
            return closed || !isReady
                    ? Duration.ZERO
                    : Duration.between(clock.instant(), lull.isBefore(atTheLatest) ? lull : atTheLatest);
        } finally {
            lock.unlock();
        }
    }

    /// Begins to keep a kind in stock before anybody asks.
    public void prepare(K kind) {
        var dropped = new ArrayList<T>();
        lock.lock();
        try {
            if (!closed) {
                fill(kind, shelf(kind, dropped));
            }
        } finally {
            lock.unlock();
        }
        inBackground(dropped);
    }

    /// Ends the pauses after failures: what made things fail may be mended.
    public void retry() {
        lock.lock();
        try {
            shelves.forEach((kind, shelf) -> {
                shelf.pause.ifPresent(Alarms.Alarm::cancel);
                shelf.pause = Optional.empty();
                shelf.failures = 0;
                fill(kind, shelf);
            });
        } finally {
            lock.unlock();
        }
    }

    /// Replaces what has broken or become too old. To be called now and then, and when something has broken.
    public void tend() {
        var unusable = new ArrayList<T>();
        lock.lock();
        try {
            var unasked = clock.instant().minus(settings.maxAge());
            shelves.values().stream()
                    .filter(shelf -> shelf.asked.isBefore(unasked))
                    .forEach(shelf -> shelf.drop(unusable));
            shelves.values().removeIf(shelf -> shelf.dropped);
            shelves.forEach((kind, shelf) -> {
                shelf.stock.removeIf(stocked -> !isGood(stocked) && unusable.add(stocked.item()));
                fill(kind, shelf);
            });
        } finally {
            lock.unlock();
        }
        inBackground(unusable);
    }

    @GuardedBy("lock") private Optional<T> fromStock(K kind, List<T> unusable) {
        var shelf = shelf(kind, unusable);
        asked = shelf.asked;
        Optional<T> found = Optional.empty();
        while (found.isEmpty() && !shelf.stock.isEmpty()) {
            var next = shelf.stock.removeFirst();
            if (isGood(next)) {
                found = Optional.of(next.item());
            } else {
                unusable.add(next.item());
            }
        }
        if (found.isPresent()) {
            hits++;
        } else {
            misses++;
        }
        fill(kind, shelf);
        return found;
    }

    private boolean isGood(Stocked<T> stocked) {
        return stocked.item().isUsable()
                && stocked.made().plus(settings.maxAge()).isAfter(clock.instant());
    }

    @GuardedBy("lock") private Shelf<T> shelf(K kind, List<T> dropped) {
        var now = clock.instant();
        var shelf = shelves.computeIfAbsent(kind, _ -> new Shelf<>(now));
        shelf.asked = now;
        if (shelves.size() > settings.kinds()) {
            shelves.pollFirstEntry().getValue().drop(dropped);
        }
        return shelf;
    }

    @GuardedBy("lock") private void fill(K kind, Shelf<T> shelf) {
        while (!closed
                && !shelf.dropped
                && shelf.pause.isEmpty()
                && shelf.stock.size() + shelf.inTheMaking < settings.ahead()) {
            if (!shelf.stock.isEmpty() && isBusy()) {
                awaitLull(kind, shelf);
                return;
            }
            shelf.inTheMaking++;
            makers.execute(() -> make(kind, shelf));
        }
    }

    @GuardedBy("lock") private boolean isBusy() {
        return clock.instant().isBefore(asked.plus(LULL));
    }

    @GuardedBy("lock") private void awaitLull(K kind, Shelf<T> shelf) {
        if (shelf.waits) {
            return;
        }
        shelf.waits = true;
        var _ = alarms.after(Duration.between(clock.instant(), asked.plus(LULL)), () -> {
            lock.lock();
            try {
                shelf.waits = false;
                fill(kind, shelf);
            } finally {
                lock.unlock();
            }
        });
    }

    private void make(K kind, Shelf<T> shelf) {
        try {
            making.acquire();
            try {
                put(kind, shelf, source.make(kind));
            } finally {
                making.release();
            }
        } catch (SandboxException | RuntimeException e) {
            LOG.warn("nothing can be made ahead of {} for the moment", kind, e);
            pause(kind, shelf);
        } catch (InterruptedException _) {
            // Closed.
        }
    }

    private void put(K kind, Shelf<T> shelf, T made) {
        lock.lock();
        try {
            shelf.inTheMaking--;
            shelf.failures = 0;
            if (!closed && !shelf.dropped) {
                shelf.stock.addLast(new Stocked<>(made, clock.instant()));
                fill(kind, shelf);
                return;
            }
        } finally {
            lock.unlock();
        }
        made.destroy();
    }

    private void pause(K kind, Shelf<T> shelf) {
        lock.lock();
        try {
            shelf.inTheMaking--;
            if (shelf.pause.isPresent() || closed) {
                return;
            }
            var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(shelf.failures, 10));
            shelf.failures++;
            shelf.pause = Optional.of(alarms.after(
                    pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE, () -> resume(kind, shelf)));
        } finally {
            lock.unlock();
        }
    }

    private void resume(K kind, Shelf<T> shelf) {
        lock.lock();
        try {
            shelf.pause = Optional.empty();
            fill(kind, shelf);
        } finally {
            lock.unlock();
        }
    }

    /// How it has done so far.
    public Statistics statistics() {
        lock.lock();
        try {
            var stock = shelves.values().stream()
                    .mapToInt(shelf -> shelf.stock.size())
                    .sum();
            return new Statistics(hits, misses, stock);
        } finally {
            lock.unlock();
        }
    }

    private void inBackground(List<T> items) {
        items.forEach(item -> Thread.ofVirtual().name("pool-destroy").start(item::destroy));
    }

    /// Destroys the stock and what is being made, and returns when that is gone. What was taken is its
    /// owner's.
    @Override
    public void close() {
        var left = new ArrayList<T>();
        lock.lock();
        try {
            closed = true;
            for (var shelf : shelves.values()) {
                shelf.stock.forEach(stocked -> left.add(stocked.item()));
                shelf.stock.clear();
            }
        } finally {
            lock.unlock();
        }
        makers.shutdownNow();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            left.forEach(item -> threads.execute(item::destroy));
        }
        makers.close();
    }
}
