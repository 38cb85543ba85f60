package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The nurseries of one tenant: one for new cells, and those that have retired and still have some.
/// Thread-safe.
///
/// A nursery that is in doubt costs no request: nothing has run when a cell could not be opened, so it is
/// opened in a fresh nursery.
final class TenantNurseries<K> {
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(2);
    /// Fresh nurseries that may fail one after the other before it is said that none can be had.
    private static final int FRESH_FAILURES = 2;

    private static final Logger LOG = LoggerFactory.getLogger(TenantNurseries.class);

    private final K key;
    private final Nursery.Source<K> source;
    private final CellConfig config;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();

    /// Where new cells go.
    @GuardedBy("lock") private Optional<Start> current = Optional.empty();

    /// Of which something may be left, those being started among them.
    @GuardedBy("lock") private final Set<Start> known = new HashSet<>();

    @GuardedBy("lock") private boolean replacing;

    @GuardedBy("lock") private boolean closed;

    TenantNurseries(K key, Nursery.Source<K> source, CellConfig config, InstantSource clock) {
        this.key = key;
        this.source = source;
        this.config = config;
        this.clock = clock;
    }

    /// Opens a cell, if need be in a nursery that is started for it.
    Sandbox open(SandboxSpec spec) throws SandboxException, InterruptedException {
        var failures = 0;
        while (true) {
            var start = current();
            try {
                var kept = start.await();
                var cell = kept.open(spec);
                if (cell.isPresent()) {
                    replaceIfWorn(start, kept);
                    return cell.get();
                }
                var _ = retire(start);
            } catch (SandboxException e) {
                // A nursery that is full has nothing wrong with it.
                if (!start.isUsed() || e.reason() instanceof Reason.Unavailable) {
                    doubt(start);
                }
                if (!(e.reason() instanceof Reason.Unavailable)) {
                    throw e;
                }
                if ((failures > 0 || !start.isUsed()) && ++failures == FRESH_FAILURES) {
                    throw new SandboxException(
                            new Reason.Unavailable(), "fresh nurseries failed too: " + e.getMessage(), e);
                }
            }
        }
    }

    /// Looks whether its nurseries live, and ends or replaces what has had its time.
    void check() throws InterruptedException {
        Optional<Start> newest;
        List<Start> all;
        lock.lock();
        try {
            newest = current;
            all = List.copyOf(known);
        } finally {
            lock.unlock();
        }
        for (var start : all) {
            var kept = start.ready();
            if (kept.isPresent() && !kept.get().answers(ANSWERS_WITHIN) && retire(start)) {
                LOG.warn("a nursery gave no sign of life within {} and is destroyed", ANSWERS_WITHIN);
            }
        }
        if (newest.isPresent() && newest.get().ready().isPresent()) {
            var kept = newest.get().ready().get();
            if (kept.isIdle(config.idle())) {
                var _ = retire(newest.get());
            } else {
                replaceIfWorn(newest.get(), kept);
            }
        }
    }

    /// Destroys all of them; none is started any more.
    void close() {
        List<Start> all;
        lock.lock();
        try {
            closed = true;
            all = List.copyOf(known);
        } finally {
            lock.unlock();
        }
        all.forEach(Start::end);
    }

    private Start current() throws SandboxException {
        lock.lock();
        try {
            if (closed) {
                throw new SandboxException(new Reason.Unavailable(), "the executor was closed");
            }
            if (current.isEmpty()) {
                current = Optional.of(begin());
            }
            return current.get();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private Start begin() {
        var start = new Start();
        known.add(start);
        start.thread.start();
        return start;
    }

    /// New cells go elsewhere, and the nursery is destroyed when its last cell is closed.
    ///
    /// @return whether that is new
    private boolean retire(Start start) {
        lock.lock();
        try {
            current = current.filter(other -> other != start);
        } finally {
            lock.unlock();
        }
        return start.ready().map(KeptNursery::retire).orElse(false);
    }

    /// It failed: whether its cells can go on depends on whether it still answers.
    private void doubt(Start start) {
        var _ = retire(start);
        start.ready()
                .ifPresent(kept -> Thread.ofVirtual().name("doubt-nursery").start(() -> {
                    try {
                        var _ = kept.answers(ANSWERS_WITHIN);
                    } catch (InterruptedException _) {
                        // Nobody interrupts this thread.
                    }
                }));
    }

    private void replaceIfWorn(Start old, KeptNursery kept) {
        if (!kept.isWorn(config)) {
            return;
        }
        lock.lock();
        try {
            if (closed || replacing || current.filter(start -> start == old).isEmpty()) {
                return;
            }
            replacing = true;
            var fresh = begin();
            Thread.ofVirtual().name("replace-nursery").start(() -> replace(old, fresh));
        } finally {
            lock.unlock();
        }
    }

    /// The old one goes on until the fresh one is there.
    private void replace(Start old, Start fresh) {
        try {
            fresh.await();
        } catch (SandboxException e) {
            LOG.warn("a nursery that has had its time could not be replaced: {}", e.getMessage());
        } catch (InterruptedException _) {
            // Nobody interrupts this thread.
        }
        boolean superfluous;
        lock.lock();
        try {
            replacing = false;
            superfluous = current.isPresent() && current.get() != old;
            if (!superfluous) {
                current = fresh.ready().map(_ -> fresh);
            }
        } finally {
            lock.unlock();
        }
        var _ = retire(superfluous ? fresh : old);
    }

    /// A nursery, or the start of one, for which all wait who want a cell.
    private final class Start {
        private final FutureTask<KeptNursery> task = new FutureTask<>(this::start);
        private final Thread thread = Thread.ofVirtual().name("start-nursery").unstarted(task);

        private KeptNursery start() throws SandboxException, InterruptedException {
            try {
                var kept = new KeptNursery(source.start(key), clock, this::forget);
                kept.onRetired(() -> {
                    var _ = retire(this);
                    // It may have retired before it was known to be there.
                    var _ = kept.retire();
                });
                return kept;
            } catch (SandboxException | InterruptedException | RuntimeException e) {
                forget();
                throw e;
            }
        }

        private void forget() {
            lock.lock();
            try {
                known.remove(this);
            } finally {
                lock.unlock();
            }
        }

        KeptNursery await() throws SandboxException, InterruptedException {
            try {
                return task.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof SandboxException failure) {
                    throw new SandboxException(failure.reason(), String.valueOf(failure.getMessage()), failure);
                }
                throw new SandboxException(new Reason.Unavailable(), "a nursery was not started", e);
            }
        }

        Optional<KeptNursery> ready() {
            return task.state() == FutureTask.State.SUCCESS ? Optional.of(task.resultNow()) : Optional.empty();
        }

        /// Whether a cell was ever opened in it.
        boolean isUsed() {
            return ready().filter(KeptNursery::isProven).isPresent();
        }

        /// Destroys it, however far it is.
        void end() {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            ready().ifPresent(KeptNursery::close);
        }
    }
}
