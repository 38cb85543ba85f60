package dev.runnel.server.execution;

import dev.runnel.server.auth.Tenant;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Which executions changed, in what order. Only the last change of each is kept, so a watcher that reads
/// slowly misses steps in between but never the last one, and memory is bounded by the number of executions.
/// Thread-safe.
final class Changes {
    /// Executions that were forgotten, of which so many are remembered for watchers that come back.
    private static final int MAX_REMOVED = 1_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// All below are guarded by `lock`.
    private final TreeMap<Long, Change> byRevision = new TreeMap<>();

    private final Map<Execution, Long> latest = new HashMap<>();
    private final ArrayDeque<Long> removals = new ArrayDeque<>();
    private long revision;
    private long forgottenUpTo;
    private boolean closed;

    /// A change of one execution.
    ///
    /// @param execution absent when it was forgotten
    record Change(long revision, Tenant tenant, String id, Optional<Execution> execution) {}

    void changed(Execution execution) {
        add(execution, false);
    }

    void gone(Execution execution) {
        add(execution, true);
    }

    /// Number of the newest change.
    long revision() {
        lock.lock();
        try {
            return revision;
        } finally {
            lock.unlock();
        }
    }

    /// Whether every change after `position` is known, removals included.
    boolean knows(long position) {
        lock.lock();
        try {
            return position >= forgottenUpTo && position <= revision;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for changes after `position`.
    ///
    /// @return in order; none when nothing happened for so long, or after [#close()]
    List<Change> after(Tenant tenant, long position, Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            var nanos = patience.toNanos();
            while (true) {
                var found = new ArrayList<Change>();
                for (var change : byRevision.tailMap(position, false).values()) {
                    if (change.tenant().equals(tenant)) {
                        found.add(change);
                    }
                }
                if (!found.isEmpty() || nanos <= 0 || closed) {
                    return found;
                }
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /// Wakes all watchers, for good.
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void add(Execution execution, boolean gone) {
        lock.lock();
        try {
            revision++;
            var before = latest.remove(execution);
            if (before != null) {
                byRevision.remove(before);
            }
            var now = gone ? Optional.<Execution>empty() : Optional.of(execution);
            byRevision.put(revision, new Change(revision, execution.tenant(), execution.id(), now));
            if (gone) {
                removals.add(revision);
                forgetRemovals();
            } else {
                latest.put(execution, revision);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void forgetRemovals() {
        while (removals.size() > MAX_REMOVED) {
            forgottenUpTo = removals.remove();
            byRevision.remove(forgottenUpTo);
        }
    }
}
