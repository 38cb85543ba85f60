package dev.runnel.server.execution;

import dev.runnel.executors.spi.OutputSink.Stream;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The events of one execution: numbered when made, read by one driver and any number of observers, each at
/// its own pace and from where it likes.
///
/// Memory is bounded: the newest events are kept up to a capacity, older ones are dropped, or archived where
/// there is an archive. Only the driver holds the program back: [#output] blocks while the driver has too
/// much unread. An observer that is overtaken is told so and has lost.
///
/// Output that nobody has read yet gathers in one event of up to 64 KiB; the first reader that takes it seals
/// it. So
/// a sequence number, once seen by anybody, always means the same bytes.
///
/// Thread-safe.
final class EventLog implements AutoCloseable {
    /// How much memory for how many events.
    ///
    /// @param capacity bytes of the newest events kept
    /// @param maxLag bytes the driver may have unread before the program is held back; well below `capacity`,
    ///     so that what a lost driver was sent but did not get is still there for the next
    record Bounds(long capacity, long maxLag) {
        /// For a log with an archive, where memory is only for readers that keep up.
        static final Bounds SPOOLED = new Bounds(1 << 20, 1 << 20);
    }

    /// Output from here on is kept as it came; smaller pieces are copied together.
    private static final int COPY_BELOW = 16_384;

    private static final int BATCH_BYTES = 262_144;

    private final InstantSource clock;
    private final Bounds bounds;

    /// Held while events move from memory into the archive, which is I/O. Taken before `lock`, never inside it.
    private final ReentrantLock archiving = new ReentrantLock();

    /// Guards everything below. Invariant: the events are those of `archive`, if there is one, from
    /// `firstAvailable` to `window.first() - 1`, then those of `window`, then `tail`; `unread` is the weight
    /// of those in `window` and `tail` from `driverNext` on.
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition readable = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final EventWindow window = new EventWindow();
    private final Map<Stream, Long> offsets = new EnumMap<>(Stream.class);
    private @Nullable EventArchive archive;
    private long capacity;
    private long firstAvailable = 1;
    private @Nullable OutputTail tail;
    private @Nullable EventCursor driver;
    private long driverNext = 1;
    private long unread;
    private boolean held = true;
    private boolean ended;
    private boolean complete;

    EventLog(InstantSource clock, Bounds bounds) {
        this.clock = clock;
        this.bounds = bounds;
        capacity = bounds.capacity();
    }

    /// The log is complete. Where there is an archive everything is moved there, and it gives back what it
    /// kept free.
    void settle() throws IOException {
        lock.lock();
        try {
            seal();
            if (archive == null) {
                return;
            }
            capacity = 0;
        } finally {
            lock.unlock();
        }
        evict();
        archiving.lock();
        try {
            var target = archive();
            if (target != null) {
                target.finish();
            }
        } finally {
            archiving.unlock();
        }
    }

    boolean isArchived() {
        return archive() != null;
    }

    /// From now on events that memory has no room for go to `archive`, which the log owns from here on.
    void archiveTo(EventArchive archive) {
        lock.lock();
        try {
            this.archive = archive;
        } finally {
            lock.unlock();
        }
    }

    /// Makes an event. Never blocks.
    void append(Kind kind) {
        lock.lock();
        try {
            if (complete) {
                throw new IllegalStateException("nothing comes after the terminal event");
            }
            seal();
            add(new Event(window.next(), clock.instant(), kind));
            complete = kind instanceof Kind.Terminal;
            readable.signalAll();
        } finally {
            lock.unlock();
        }
        evict();
    }

    /// Makes or extends an Output event. Blocks while the driver has too much unread, until [#unblock()].
    ///
    /// @param data handed over
    void output(Stream stream, ByteBuffer data) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (held && !ended && (unread > bounds.maxLag() || driverNext < window.first())) {
                room.await();
            }
            add(stream, data);
            readable.signalAll();
        } finally {
            lock.unlock();
        }
        evict();
    }

    /// The program is dead or dying: what still comes is little, and nothing blocks any more.
    void unblock() {
        lock.lock();
        try {
            ended = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Nobody drives any more and nobody will be waited for, until the next driver.
    void release(EventCursor lost) {
        lock.lock();
        try {
            if (driver == lost) {
                held = false;
                room.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// A new driver, which reads on after `sequence`; the old one is superseded.
    ///
    /// @throws RefusedException when those events are gone; the old driver then stays
    EventCursor drive(long sequence) throws RefusedException {
        lock.lock();
        try {
            checkAvailable(sequence);
            var next = new EventCursor(this, sequence + 1, true);
            driver = next;
            held = true;
            moveDriver(sequence + 1);
            readable.signalAll();
            return next;
        } finally {
            lock.unlock();
        }
    }

    /// A new observer, which reads on after `sequence`.
    EventCursor observe(long sequence) throws RefusedException {
        lock.lock();
        try {
            checkAvailable(sequence);
            return new EventCursor(this, sequence + 1, false);
        } finally {
            lock.unlock();
        }
    }

    boolean isDriver(EventCursor cursor) {
        lock.lock();
        try {
            return driver == cursor;
        } finally {
            lock.unlock();
        }
    }

    long firstAvailable() {
        lock.lock();
        try {
            return firstAvailable;
        } finally {
            lock.unlock();
        }
    }

    long last() {
        lock.lock();
        try {
            return tail == null ? window.next() - 1 : window.next();
        } finally {
            lock.unlock();
        }
    }

    /// Bytes of events in memory.
    long weight() {
        lock.lock();
        try {
            return window.weight();
        } finally {
            lock.unlock();
        }
    }

    /// Forgets everything. Readers that come later are told that it is gone.
    @Override
    public void close() {
        archiving.lock();
        try {
            var closing = forget();
            if (closing != null) {
                closing.close();
            }
        } finally {
            archiving.unlock();
        }
    }

    private @Nullable EventArchive forget() {
        lock.lock();
        try {
            seal();
            while (!window.isEmpty()) {
                window.removeFirst();
            }
            firstAvailable = window.first();
            var forgotten = archive;
            archive = null;
            readable.signalAll();
            return forgotten;
        } finally {
            lock.unlock();
        }
    }

    // What cursors do.

    /// Waits for events from the cursor's position on; see [EventCursor#take].
    EventCursor.Batch take(EventCursor cursor, Duration patience) throws RefusedException, InterruptedException {
        lock.lockInterruptibly();
        try {
            var nanos = patience.toNanos();
            while (true) {
                if (cursor.closed || cursor.superseded(driver)) {
                    throw new RefusedException(
                            new Refusal.Superseded(),
                            "another stream drives this execution now; attach as an observer");
                }
                if (cursor.next < firstAvailable) {
                    throw new RefusedException(
                            new Refusal.ObserverTooSlow(firstAvailable),
                            "this stream fell behind what is retained; attach again from first_available");
                }
                if (cursor.next < window.first()) {
                    break;
                }
                if (cursor.next < window.next() || tail != null) {
                    return collect(cursor);
                }
                if (complete) {
                    return new EventCursor.Batch(List.of(), true);
                }
                if (nanos <= 0) {
                    return new EventCursor.Batch(List.of(), false);
                }
                nanos = readable.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
        return fromArchive(cursor);
    }

    /// Wakes the cursor's reader, for good.
    void close(EventCursor cursor) {
        lock.lock();
        try {
            cursor.closed = true;
            readable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private EventCursor.Batch collect(EventCursor cursor) {
        var events = new ArrayList<Event>();
        var bytes = 0;
        while (bytes < BATCH_BYTES) {
            if (cursor.next == window.next()) {
                if (tail == null) {
                    break;
                }
                seal();
            }
            var event = window.get(cursor.next);
            events.add(event);
            bytes += event.weight();
            cursor.next++;
        }
        if (cursor == driver) {
            driverNext = cursor.next;
            unread -= bytes;
            room.signalAll();
        }
        return new EventCursor.Batch(events, complete && cursor.next == window.next());
    }

    private EventCursor.Batch fromArchive(EventCursor cursor) throws RefusedException {
        var source = archive();
        if (source == null) {
            throw new RefusedException(new Refusal.EventsEvicted(firstAvailable()), "the events are gone");
        }
        List<Event> events;
        try {
            events = source.read(cursor.next, BATCH_BYTES);
        } catch (IOException e) {
            if (archive() == null) {
                return fromArchive(cursor); // it was forgotten meanwhile
            }
            throw new UncheckedIOException(e);
        }
        lock.lock();
        try {
            cursor.next = events.getLast().sequence() + 1;
            if (cursor == driver) {
                moveDriver(cursor.next);
            }
            return new EventCursor.Batch(events, complete && cursor.next == window.next());
        } finally {
            lock.unlock();
        }
    }

    // Below: only while `lock` is held, but for evict.

    private void checkAvailable(long sequence) throws RefusedException {
        if (sequence + 1 < firstAvailable) {
            throw new RefusedException(
                    new Refusal.EventsEvicted(firstAvailable),
                    "the events after that sequence are no longer retained; first_available is the oldest that is");
        }
        var last = tail == null ? window.next() - 1 : window.next();
        if (sequence > last) {
            throw RefusedException.fieldInvalid("after_sequence", "no event has that sequence yet");
        }
    }

    private void moveDriver(long next) {
        driverNext = next;
        unread = tail == null ? 0 : tail.weight();
        for (var sequence = Math.max(next, window.first()); sequence < window.next(); sequence++) {
            unread += window.get(sequence).weight();
        }
        room.signalAll();
    }

    private void add(Stream stream, ByteBuffer data) {
        var count = data.remaining();
        if (count < 1 || count > OutputTail.MAX_BYTES) {
            throw new IllegalArgumentException("an output has 1 to 65,536 bytes, not " + count);
        }
        if (tail != null && tail.takes(stream, data)) {
            tail.append(data);
            unread += count;
        } else {
            seal();
            var offset = offsets.getOrDefault(stream, 0L);
            if (count < COPY_BELOW) {
                tail = new OutputTail(window.next(), clock.instant(), stream, offset, data);
                unread += tail.weight();
            } else {
                add(new Event(window.next(), clock.instant(), new Kind.Output(stream, offset, data)));
            }
        }
        offsets.merge(stream, (long) count, Long::sum);
    }

    private void seal() {
        if (tail != null) {
            var event = tail.seal();
            tail = null;
            unread -= event.weight();
            add(event);
        }
    }

    private void add(Event event) {
        window.add(event);
        unread += event.weight();
    }

    /// Makes memory fit again. Called without `lock`.
    private void evict() {
        archiving.lock();
        try {
            for (var oldest = tooMuch(); oldest != null; oldest = tooMuch()) {
                var target = archive();
                if (target != null) {
                    target.write(oldest);
                }
                drop(target != null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            archiving.unlock();
        }
    }

    private @Nullable EventArchive archive() {
        lock.lock();
        try {
            return archive;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Event tooMuch() {
        lock.lock();
        try {
            var excess = window.weight() > capacity;
            var needed = archive == null && window.first() >= driverNext && window.weight() <= 2 * capacity;
            return excess && !needed ? window.get(window.first()) : null;
        } finally {
            lock.unlock();
        }
    }

    private void drop(boolean archived) {
        lock.lock();
        try {
            var dropped = window.removeFirst();
            if (dropped.sequence() >= driverNext) {
                unread -= dropped.weight();
            }
            if (!archived) {
                firstAvailable = window.first();
            }
        } finally {
            lock.unlock();
        }
    }
}
