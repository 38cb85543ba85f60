package dev.runnel.server.execution;

import dev.runnel.executors.spi.OutputSink.Stream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/// Events in a file. Output goes to disk, one record after the other; the few other events stay in memory.
///
///     8 sequence, 8 seconds, 4 nanoseconds, 1 stream, 8 offset, 4 length, then the bytes; big-endian
///
/// Every so often the place of a record is remembered, so that reading can begin near any sequence. What has
/// been written never changes, so readers need no lock.
final class SpoolFile implements EventArchive {
    private static final int HEADER = 33;
    private static final int INDEX_EVERY = 65_536;
    private static final long GROW = 1 << 20;

    private final Path path;
    private final FileChannel channel;
    private final Spool spool;
    private final NavigableMap<Long, Event> others = new ConcurrentSkipListMap<>();
    private final NavigableMap<Long, Long> places = new ConcurrentSkipListMap<>();

    // Of the one writer.
    private final ByteBuffer header = ByteBuffer.allocate(HEADER);
    private long end;
    private long indexed;
    private long reserved;

    private SpoolFile(Path path, FileChannel channel, Spool spool, long reserved) {
        this.path = path;
        this.channel = channel;
        this.spool = spool;
        this.reserved = reserved;
    }

    /// @param reserved in the spool for this file, which releases it
    static SpoolFile create(Path path, Spool spool, long reserved) throws IOException {
        var channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new SpoolFile(path, channel, spool, reserved);
    }

    @Override
    public void write(Event event) throws IOException {
        if (event.kind() instanceof Kind.Output output) {
            write(event, output);
        } else {
            others.put(event.sequence(), event);
        }
    }

    @SuppressWarnings("JavaInstantGetSecondsGetNano") // the seconds are the field before
    private void write(Event event, Kind.Output output) throws IOException {
        var data = output.data().duplicate();
        while (end + HEADER + data.remaining() > reserved) {
            if (!spool.reserve(GROW)) {
                throw new IOException("the spool is full: more events than their output limit promised");
            }
            reserved += GROW;
        }
        header.clear()
                .putLong(event.sequence())
                .putLong(event.time().getEpochSecond())
                .putInt(event.time().getNano())
                .put((byte) (output.stream() == Stream.STDOUT ? 1 : 2))
                .putLong(output.offset())
                .putInt(data.remaining())
                .flip();
        if (places.isEmpty() || end - indexed >= INDEX_EVERY) {
            places.put(event.sequence(), end);
            indexed = end;
        }
        var next = end + HEADER + data.remaining();
        writeFully(header, end);
        writeFully(data, end + HEADER);
        end = next;
    }

    @Override
    public List<Event> read(long sequence, int maxBytes) throws IOException {
        var events = new ArrayList<Event>();
        var bytes = 0;
        var place = places.floorEntry(sequence);
        var position = place == null ? 0L : place.getValue();
        for (var next = sequence; bytes < maxBytes; next++) {
            var event = others.get(next);
            if (event == null) {
                var found = find(next, position);
                if (found == null) {
                    break;
                }
                event = found.event();
                position = found.after();
            }
            events.add(event);
            bytes += event.weight();
        }
        return events;
    }

    /// Gives back what was reserved and not used.
    @Override
    public void finish() {
        spool.release(reserved - end);
        reserved = end;
    }

    @Override
    public void close() {
        spool.release(reserved);
        reserved = 0;
        try (channel) {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Found(Event event, long after) {}

    /// The record of `sequence`, at or after `position`; null when it has not been written.
    private @Nullable Found find(long sequence, long position) throws IOException {
        var buffer = ByteBuffer.allocate(HEADER);
        while (readFully(buffer.clear(), position)) {
            buffer.flip();
            var found = buffer.getLong();
            var time = Instant.ofEpochSecond(buffer.getLong(), buffer.getInt());
            var stream = buffer.get() == 1 ? Stream.STDOUT : Stream.STDERR;
            var offset = buffer.getLong();
            var length = buffer.getInt();
            if (found > sequence) {
                return null;
            }
            if (found == sequence) {
                var data = ByteBuffer.allocate(length);
                if (!readFully(data, position + HEADER)) {
                    throw new EOFException("a spooled event is cut");
                }
                var event = new Event(found, time, new Kind.Output(stream, offset, data.flip()));
                return new Found(event, position + HEADER + length);
            }
            position += HEADER + length;
        }
        return null;
    }

    private boolean readFully(ByteBuffer target, long position) throws IOException {
        while (target.hasRemaining()) {
            var count = channel.read(target, position);
            if (count < 0) {
                return false;
            }
            position += count;
        }
        return true;
    }

    private void writeFully(ByteBuffer source, long position) throws IOException {
        while (source.hasRemaining()) {
            position += channel.write(source, position);
        }
    }
}
