package dev.runnel.server.execution;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The newest events in memory: a queue that can be read by sequence. Not thread-safe.
final class EventWindow {
    private @Nullable Event[] slots = new Event[16];
    private int head;
    private int count;
    private long first = 1;
    private long weight;

    /// Sequence of the oldest event here, or of the next one when there is none.
    long first() {
        return first;
    }

    /// Sequence that the next event will have.
    long next() {
        return first + count;
    }

    long weight() {
        return weight;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void add(Event event) {
        if (event.sequence() != next()) {
            throw new IllegalStateException("event " + event.sequence() + " came where " + next() + " was due");
        }
        if (count == slots.length) {
            grow();
        }
        slots[(head + count) % slots.length] = event;
        count++;
        weight += event.weight();
    }

    Event get(long sequence) {
        if (sequence < first || sequence >= next()) {
            throw new IllegalArgumentException("event " + sequence + " is not here");
        }
        return slot((head + (int) (sequence - first)) % slots.length);
    }

    Event removeFirst() {
        var removed = get(first);
        slots[head] = null;
        head = (head + 1) % slots.length;
        count--;
        first++;
        weight -= removed.weight();
        return removed;
    }

    private Event slot(int index) {
        var event = slots[index];
        if (event == null) {
            throw new IllegalStateException("empty slot inside the window");
        }
        return event;
    }

    private void grow() {
        var larger = Arrays.copyOf(slots, slots.length * 2);
        for (var i = 0; i < count; i++) {
            larger[i] = slots[(head + i) % slots.length];
        }
        Arrays.fill(larger, count, larger.length, null);
        slots = larger;
        head = 0;
    }
}
