package dev.runnel.server.watch;

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

/// Which things changed, in what order. Only the last change of each is kept, so a watcher that reads slowly
/// misses steps in between but never the last one, and memory is bounded by the number of things. Thread-safe.
public final class Changes<T extends Watched> {
    /// Last changes, of which so many are remembered for watchers that come back.
    private static final int MAX_LAST = 1_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// All below are guarded by `lock`.
    private final TreeMap<Long, Change<T>> byRevision = new TreeMap<>();

    private final Map<Key, Long> latest = new HashMap<>();
    private final ArrayDeque<Long> lasts = new ArrayDeque<>();
    private long revision;
    private long forgottenUpTo;
    private boolean closed;

    /// A change of one thing.
    ///
    /// @param item what it is from then on; absent when it is gone
    public record Change<T>(long revision, Tenant tenant, String id, Optional<T> item) {}

    private record Key(Tenant tenant, String id) {}

    /// It is new, or another than before.
    public void changed(T item) {
        add(item, Optional.of(item), false);
    }

    /// It has changed for the last time.
    public void last(T item) {
        add(item, Optional.of(item), true);
    }

    /// It is no more.
    public void gone(T item) {
        add(item, Optional.empty(), true);
    }

    /// Number of the newest change.
    public long revision() {
        lock.lock();
        try {
            return revision;
        } finally {
            lock.unlock();
        }
    }

    /// Whether every change after `position` is known, the last of things included.
    public boolean knows(long position) {
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
    public List<Change<T>> after(Tenant tenant, long position, Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            var nanos = patience.toNanos();
            while (true) {
                var found = new ArrayList<Change<T>>();
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

    /// Whether nobody will hear of any more.
    public boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /// Wakes all watchers, for good.
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void add(T item, Optional<T> now, boolean last) {
        var key = new Key(item.tenant(), item.id());
        lock.lock();
        try {
            revision++;
            var before = latest.remove(key);
            if (before != null) {
                byRevision.remove(before);
            }
            byRevision.put(revision, new Change<>(revision, item.tenant(), item.id(), now));
            if (last) {
                lasts.add(revision);
                forgetOldest();
            } else {
                latest.put(key, revision);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void forgetOldest() {
        while (lasts.size() > MAX_LAST) {
            forgottenUpTo = lasts.remove();
            byRevision.remove(forgottenUpTo);
        }
    }
}
