package dev.runnel.server.execution;

import java.io.IOException;
import java.util.List;

/// Where events go that memory has no room for. Thread-safe: one writer, many readers.
interface EventArchive extends AutoCloseable {
    /// Adds an event; they come in order, without gaps.
    void write(Event event) throws IOException;

    /// Events from `sequence` on that were written, at least one, until about `maxBytes` of data.
    List<Event> read(long sequence, int maxBytes) throws IOException;

    /// Nothing will be written any more.
    void finish() throws IOException;

    /// Removes the archive.
    @Override
    void close();
}
