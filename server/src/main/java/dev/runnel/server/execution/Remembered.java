package dev.runnel.server.execution;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.watch.Changes;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The executions there are, running and ended, by tenant and id. Ended ones are forgotten when their time is
/// over, or earlier, the oldest first, when all of them together take too much memory. Thread-safe.
final class Remembered {
    private static final Logger log = LoggerFactory.getLogger(Remembered.class);

    /// What an ended execution takes beside its events, roughly.
    private static final long RECORD_BYTES = 4_096;

    /// Events of an ended execution from here on are moved to disk.
    private static final long SPILL_FROM = 65_536;

    private final InstantSource clock;
    private final Spool spool;
    private final long memory;
    private final Changes<Execution> changes;
    private final ConcurrentHashMap<Key, Execution> executions = new ConcurrentHashMap<>();

    /// Guards what follows. Invariant: `taken` is the sum of the weights in `ended`, which is in the order of
    /// ends.
    private final ReentrantLock lock = new ReentrantLock();

    private final ArrayDeque<Ended> ended = new ArrayDeque<>();
    private long taken;

    record Key(Tenant tenant, String id) {}

    private record Ended(Execution execution, long weight) {}

    /// @param memory bytes that ended executions may take
    Remembered(InstantSource clock, Spool spool, long memory, Changes<Execution> changes) {
        this.clock = clock;
        this.spool = spool;
        this.memory = memory;
        this.changes = changes;
    }

    /// What is remembered under the key, unless its time is over.
    Optional<Execution> find(Key key) {
        return Optional.ofNullable(executions.get(key)).filter(execution -> !execution.hasExpired(clock.instant()));
    }

    Collection<Execution> all() {
        return executions.values();
    }

    List<Execution> all(Tenant tenant) {
        var now = clock.instant();
        return executions.values().stream()
                .filter(execution -> execution.tenant().equals(tenant) && !execution.hasExpired(now))
                .toList();
    }

    /// Gives the key to `fresh`, unless another execution holds it; returns the holder.
    Execution register(Key key, Execution fresh) {
        return executions.compute(key, (_, old) -> old == null || !old.holdsItsId(clock.instant()) ? fresh : old);
    }

    /// An execution has ended, and everything about it is over.
    void retire(Execution execution) {
        try {
            spill(execution);
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("executionId", execution.id())
                    .setCause(e)
                    .log("the events of an ended execution stay in memory");
        }
        lock.lock();
        try {
            var weight = execution.log().weight() + RECORD_BYTES;
            ended.add(new Ended(execution, weight));
            taken += weight;
        } finally {
            lock.unlock();
        }
        sweep();
    }

    /// Forgets what has expired, and what there is no memory for.
    void sweep() {
        for (var oldest = next(); oldest.isPresent(); oldest = next()) {
            forget(oldest.get());
        }
    }

    /// Forgets everything.
    void clear() {
        executions.values().forEach(execution -> execution.log().close());
        executions.clear();
    }

    private Optional<Execution> next() {
        var now = clock.instant();
        lock.lock();
        try {
            var oldest = ended.peek();
            if (oldest == null || (taken <= memory && !oldest.execution().hasExpired(now))) {
                return Optional.empty();
            }
            ended.remove();
            taken -= oldest.weight();
            return Optional.of(oldest.execution());
        } finally {
            lock.unlock();
        }
    }

    private void forget(Execution execution) {
        var current = executions.remove(new Key(execution.tenant(), execution.id()), execution);
        execution.log().close();
        if (current) {
            changes.gone(execution);
        }
    }

    private void spill(Execution execution) throws IOException {
        var events = execution.log();
        if (!events.isArchived() && events.weight() > SPILL_FROM) {
            spool.file(events.weight()).ifPresent(events::archiveTo);
        }
        events.settle();
    }
}
