package dev.runnel.server.execution;

import dev.runnel.executors.spi.OutputSink.Stream;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/// Events in a file. Output goes to disk, one record after the other; the few other events stay in memory.
///
///     8 sequence, 8 seconds, 4 nanoseconds, 1 stream, 8 offset, 4 length, then the bytes; big-endian
///
/// Every so often the place of a record is remembered, so that reading can begin near any sequence. What has
/// been written never changes, so readers need no lock, and each has the file open for itself.
///
/// No FileChannel here: its reads and writes close it when their thread is interrupted, for everybody, and
/// cancelling a call or an execution is an interrupt.
final class SpoolFile implements EventArchive {
    private static final int HEADER = 33;
    private static final int INDEX_EVERY = 65_536;
    private static final int BUFFER = 65_536;
    private static final long GROW = 1 << 20;

    private final Path path;
    private final RandomAccessFile file;
    private final Spool spool;
    private final NavigableMap<Long, Event> others = new ConcurrentSkipListMap<>();
    private final NavigableMap<Long, Long> places = new ConcurrentSkipListMap<>();

    /// Sequence of the last event that is here completely.
    private volatile long last;

    // Of the one writer.
    private final ByteBuffer header = ByteBuffer.allocate(HEADER);
    private long end;
    private long indexed;
    private long reserved;

    private SpoolFile(Path path, RandomAccessFile file, Spool spool, long reserved) {
        this.path = path;
        this.file = file;
        this.spool = spool;
        this.reserved = reserved;
    }

    /// A new file.
    ///
    /// @param reserved in the spool for this file, which releases it
    static SpoolFile create(Path path, Spool spool, long reserved) throws IOException {
        return new SpoolFile(path, new RandomAccessFile(path.toFile(), "rw"), spool, reserved);
    }

    @Override
    public void write(Event event) throws IOException {
        if (event.kind() instanceof Kind.Output output) {
            write(event, output);
        } else {
            others.put(event.sequence(), event);
        }
        last = event.sequence();
    }

    @SuppressWarnings("JavaInstantGetSecondsGetNano") // the seconds are the field before
    private void write(Event event, Kind.Output output) throws IOException {
        var data = output.data().duplicate();
        var next = end + HEADER + data.remaining();
        reserveUpTo(next);
        if (places.isEmpty() || end - indexed >= INDEX_EVERY) {
            places.put(event.sequence(), end);
            indexed = end;
        }
        header.clear()
                .putLong(event.sequence())
                .putLong(event.time().getEpochSecond())
                .putInt(event.time().getNano())
                .put((byte) (output.stream() == Stream.STDOUT ? 1 : 2))
                .putLong(output.offset())
                .putInt(data.remaining());
        file.seek(end);
        file.write(header.array());
        if (data.hasArray()) {
            file.write(data.array(), data.arrayOffset() + data.position(), data.remaining());
        } else {
            var bytes = new byte[data.remaining()];
            data.get(bytes);
            file.write(bytes);
        }
        end = next;
    }

    private void reserveUpTo(long size) throws IOException {
        while (size > reserved) {
            if (!spool.reserve(GROW)) {
                throw new IOException("the spool is full: more events than their output limit promised");
            }
            reserved += GROW;
        }
    }

    @Override
    public List<Event> read(long sequence, int maxBytes) throws IOException {
        var events = new ArrayList<Event>();
        var bytes = 0;
        var place = places.floorEntry(sequence);
        var upTo = last;
        try (var input = new FileInputStream(path.toFile());
                var records = new DataInputStream(new BufferedInputStream(input, BUFFER))) {
            records.skipNBytes(place == null ? 0 : place.getValue());
            for (var next = sequence; next <= upTo && bytes < maxBytes; next++) {
                var other = others.get(next);
                var event = other == null ? find(next, records) : other;
                events.add(event);
                bytes += event.weight();
            }
        }
        return events;
    }

    /// Gives back what was reserved and not used, and the descriptor: ended executions are kept for long, and there may
    /// be more of them than a process may have files open.
    @Override
    public void finish() throws IOException {
        spool.release(reserved - end);
        reserved = end;
        file.close();
    }

    @Override
    public void close() {
        spool.release(reserved);
        reserved = 0;
        try (file) {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The record of `sequence`, which is here, at or behind where `records` is.
    private static Event find(long sequence, DataInputStream records) throws IOException {
        while (true) {
            var found = records.readLong();
            var time = Instant.ofEpochSecond(records.readLong(), records.readInt());
            var stream = records.readByte() == 1 ? Stream.STDOUT : Stream.STDERR;
            var offset = records.readLong();
            var length = records.readInt();
            if (found == sequence) {
                var data = records.readNBytes(length);
                if (data.length < length) {
                    throw new EOFException("a spooled event is cut");
                }
                return new Event(found, time, new Kind.Output(stream, offset, ByteBuffer.wrap(data)));
            }
            records.skipNBytes(length);
        }
    }
}
