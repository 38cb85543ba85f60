package dev.runnel.server.execution;

import dev.runnel.server.refusal.RefusedException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One reader of an execution's events. Read by one thread; closed by any.
public final class EventCursor implements AutoCloseable {
    private final EventLog log;

    /// Both guarded by the log's lock.
    long next;

    boolean closed;
    private final boolean driving;

    EventCursor(EventLog log, long next, boolean driving) {
        this.log = log;
        this.next = next;
        this.driving = driving;
    }

    /// Some events in order.
    ///
    /// @param events none: nothing happened for as long as the reader had patience, or nothing is left
    /// @param last the terminal event is among them or was before: there will be no more
    public record Batch(List<Event> events, boolean last) {}

    /// Waits for the next events.
    ///
    /// @throws RefusedException when this reader was superseded, overtaken or closed
    public Batch take(Duration patience) throws RefusedException, InterruptedException {
        return log.take(this, patience);
    }

    /// Wakes the reader, for good.
    @Override
    public void close() {
        log.close(this);
    }

    boolean superseded(@Nullable EventCursor driver) {
        return driving && driver != this;
    }
}
