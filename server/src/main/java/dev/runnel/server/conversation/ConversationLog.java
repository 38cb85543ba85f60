package dev.runnel.server.conversation;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The events of one conversation: read by at most one holder and any number of watchers, each from where it likes.
///
/// Memory is bounded: the newest events are kept, older ones dropped. Only the holder holds programs back, present or
/// away: [#output] blocks while it has too much unread. What a holder was sent, but did not get because its connection
/// broke, is still there for its next one. A watcher that is overtaken is told so. Thread-safe.
final class ConversationLog {
    /// What a holder may have unread; and what is kept beyond that, which is more than a connection has under way.
    private static final long LAG = 1 << 20;

    private static final int BATCH_BYTES = 262_144;

    /// Rejections that a reader may have unread.
    private static final int REJECTIONS = 1_024;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final InstantSource clock;
    private final long capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition readable = lock.newCondition();
    private final Condition room = lock.newCondition();

    @GuardedBy("lock") private final ArrayDeque<ConversationEvent> events = new ArrayDeque<>();

    @GuardedBy("lock") private final Set<Reader> readers = new HashSet<>();

    @GuardedBy("lock") private Optional<Reader> holder = Optional.empty();

    @GuardedBy("lock") private long weight;

    /// Of the events that the holder has not read. Nobody holds: 0.
    @GuardedBy("lock") private long unread;

    /// The first that the holder has not read.
    @GuardedBy("lock") private long unreadFrom = 1;

    @GuardedBy("lock") private boolean holds;

    /// Since when the holder is away; absent while there is one, or was none.
    @GuardedBy("lock") private Optional<Instant> holderAway = Optional.empty();

    @GuardedBy("lock") private long next = 1;

    @GuardedBy("lock") private boolean complete;

    /// @param kept bytes of the newest events
    /// @param holds whether there will be a holder, who must miss nothing from the start
    ConversationLog(InstantSource clock, long kept, boolean holds) {
        this.clock = clock;
        this.capacity = kept + LAG;
        this.holds = holds;
    }

    /// One reader. Read by one thread, closed by any.
    static final class Reader {
        private final boolean holding;
        /// All guarded by the log's lock.
        private final List<Rejection> rejections = new ArrayList<>();

        private long next;
        private boolean nudged;
        private boolean closed;
        private boolean superseded;
        /// It does not read what it is told of its inputs.
        private boolean flooded;

        private Reader(boolean holding, long next) {
            this.holding = holding;
            this.next = next;
        }
    }

    /// An input that could not be taken.
    record Rejection(long number, RefusedException why) {}

    /// What a reader gets.
    ///
    /// @param silent there was nothing for as long as the reader had patience
    /// @param last there will be nothing more
    record Batch(List<ConversationEvent> events, List<Rejection> rejections, boolean silent, boolean last) {}

    /// Makes an event. Never blocks.
    void append(int turn, Step step) {
        lock.lock();
        try {
            add(turn, step);
        } finally {
            lock.unlock();
        }
    }

    /// Makes an event once the holder has read enough of those before.
    void output(int turn, Step step) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (holds && unread >= LAG) {
                room.await();
            }
            add(turn, step);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void add(int turn, Step step) {
        if (complete) {
            throw new IllegalStateException("nothing comes after the last event");
        }
        var event = new ConversationEvent(next++, clock.instant(), turn, step);
        events.addLast(event);
        weight += event.weight();
        unread += holds ? event.weight() : 0;
        complete = step instanceof Step.Closed;
        while (weight > capacity
                && events.size() > 1
                && (!holds || events.getFirst().sequence() < unreadFrom)) {
            weight -= events.removeFirst().weight();
        }
        readable.signalAll();
    }

    /// Nobody is waited for any more: for a holder that does not come back.
    void letGo() {
        lock.lock();
        try {
            holds = false;
            unread = 0;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Does not wait any longer for a holder that has been away for so long.
    void letGoOfAbsent(Duration timeout) {
        lock.lock();
        try {
            if (holderAway
                    .filter(since -> !clock.instant().isBefore(since.plus(timeout)))
                    .isPresent()) {
                letGo();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The holder from now on; the one before is superseded.
    Reader hold(long after) throws RefusedException {
        lock.lock();
        try {
            checkAvailable(after);
            holder.ifPresent(older -> {
                older.superseded = true;
                older.closed = true;
            });
            var reader = new Reader(true, after + 1);
            holder = Optional.of(reader);
            holderAway = Optional.empty();
            readers.add(reader);
            if (!complete) {
                holds = true;
                unreadFrom = after + 1;
                unread = events.stream()
                        .filter(event -> event.sequence() > after)
                        .mapToLong(ConversationEvent::weight)
                        .sum();
            }
            readable.signalAll();
            return reader;
        } finally {
            lock.unlock();
        }
    }

    /// A reader that holds nothing back.
    Reader watch(long after) throws RefusedException {
        lock.lock();
        try {
            checkAvailable(after);
            var reader = new Reader(false, after + 1);
            readers.add(reader);
            return reader;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void checkAvailable(long after) throws RefusedException {
        if (after + 1 < first()) {
            throw new RefusedException(
                    new Refusal.EventsEvicted(first()), "the events after " + after + " are no longer there");
        }
        if (after >= next) {
            throw RefusedException.fieldInvalid("after_sequence", "is of an event that has not happened");
        }
    }

    /// Waits for something to tell.
    ///
    /// @throws RefusedException when the reader was superseded or overtaken, or does not read its rejections
    Batch take(Reader reader, Duration patience) throws RefusedException, InterruptedException {
        lock.lockInterruptibly();
        try {
            var left = patience.toNanos();
            while (!hasNews(reader) && left > 0) {
                left = readable.awaitNanos(left);
            }
            if (reader.superseded) {
                throw new RefusedException(new Refusal.Superseded(), "another stream holds the conversation now");
            }
            if (reader.flooded) {
                throw new RefusedException(
                        new Refusal.TenantQuotaExceeded("rejections that wait", RETRY_AFTER),
                        "inputs were rejected faster than that was read; resume after the last event");
            }
            if (reader.next < first()) {
                throw new RefusedException(
                        new Refusal.ObserverTooSlow(first()), "events were made faster than they were read");
            }
            var silent = !hasNews(reader);
            var batch =
                    new Batch(read(reader), List.copyOf(reader.rejections), silent, complete && reader.next == next);
            reader.rejections.clear();
            reader.nudged = false;
            return batch;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private boolean hasNews(Reader reader) {
        return reader.closed || reader.nudged || !reader.rejections.isEmpty() || reader.next < next || complete;
    }

    @GuardedBy("lock") private List<ConversationEvent> read(Reader reader) {
        var batch = new ArrayList<ConversationEvent>();
        var bytes = 0L;
        var skipped = reader.next - first();
        for (var event : events) {
            if (skipped-- > 0) {
                continue;
            }
            if (bytes >= BATCH_BYTES) {
                break;
            }
            batch.add(event);
            bytes += event.weight();
        }
        reader.next += batch.size();
        if (reader.holding && holds) {
            unread -= bytes;
            unreadFrom = reader.next;
            room.signalAll();
        }
        return batch;
    }

    /// Wakes a reader to tell that an input was applied.
    void nudge(Reader reader) {
        lock.lock();
        try {
            reader.nudged = true;
            readable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Tells a reader that an input was not taken. The reading of one that leaves too many unread ends.
    void reject(Reader reader, Rejection rejection) {
        lock.lock();
        try {
            if (reader.rejections.size() < REJECTIONS) {
                reader.rejections.add(rejection);
            } else {
                reader.flooded = true;
            }
            readable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Ends a reader's reading.
    ///
    /// @return whether nobody reads any more
    boolean leave(Reader reader) {
        lock.lock();
        try {
            reader.closed = true;
            readers.remove(reader);
            if (holder.filter(now -> now == reader).isPresent()) {
                holder = Optional.empty();
                holderAway = Optional.of(clock.instant());
            }
            return readers.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    boolean isRead() {
        lock.lock();
        try {
            return !readers.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// Sequence of the oldest event that is kept.
    long firstAvailable() {
        lock.lock();
        try {
            return first();
        } finally {
            lock.unlock();
        }
    }

    /// Sequence of the newest event.
    long last() {
        lock.lock();
        try {
            return next - 1;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private long first() {
        return events.isEmpty() ? next : events.getFirst().sequence();
    }
}
