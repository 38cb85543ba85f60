package dev.runnel.server.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.OutputSink.Stream;
import dev.runnel.server.refusal.Failure;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class EventLogTest {
    private static final EventLog.Bounds SMALL = new EventLog.Bounds(100_000, 20_000);
    private static final Kind.Failed END = new Kind.Failed(new Failure(new Refusal.SandboxLost(), "gone"), true);

    @TempDir
    private Path directory;

    private final InstantSource clock = InstantSource.fixed(Instant.EPOCH);

    @Test
    void small_writes_gather_until_somebody_reads_them() throws Exception {
        var log = new EventLog(clock, SMALL);
        var first = log.drive(0);

        write(log, "a");
        write(log, "b");
        var seen = first.take(Duration.ZERO).events();
        write(log, "c");

        assertThat(texts(seen)).containsExactly("ab");
        assertThat(texts(first.take(Duration.ZERO).events())).containsExactly("c");
        assertThat(texts(log.observe(0).take(Duration.ZERO).events())).containsExactly("ab", "c");
    }

    @Test
    void the_streams_stay_apart_and_each_counts_its_own_bytes() throws Exception {
        var log = new EventLog(clock, SMALL);

        write(log, Stream.STDOUT, "12");
        write(log, Stream.STDERR, "345");
        write(log, Stream.STDOUT, "6");

        var events = log.observe(0).take(Duration.ZERO).events();
        assertThat(texts(events)).containsExactly("12", "345", "6");
        assertThat(events.stream().map(event -> ((Kind.Output) event.kind()).offset()))
                .containsExactly(0L, 0L, 2L);
    }

    @Test
    void no_event_has_more_than_64_kibibytes() throws Exception {
        var log = new EventLog(clock, new EventLog.Bounds(1 << 20, 1 << 20));
        for (var i = 0; i < 100; i++) {
            write(log, "x".repeat(1_000));
        }

        var events = log.observe(0).take(Duration.ZERO).events();

        assertThat(events).hasSize(2);
        assertThat(texts(events)).allMatch(text -> text.length() <= 65_536);
    }

    @Test
    void the_writer_waits_for_the_driver_and_for_nobody_else() throws Exception {
        var log = new EventLog(clock, SMALL);
        var driver = log.drive(0);
        var observer = log.observe(0);
        var written = new CountDownLatch(1);
        var writer = Thread.ofVirtual().start(() -> {
            try {
                for (var i = 0; i < 50; i++) {
                    log.output(Stream.STDOUT, ByteBuffer.wrap(new byte[20_000]));
                }
                written.countDown();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        while (observer.take(Duration.ofMillis(50)).events().size() > 0) {
            assertThat(written.getCount()).isEqualTo(1);
        }

        long bytes = 0;
        while (bytes < 50 * 20_000) {
            for (var event : driver.take(Duration.ofSeconds(10)).events()) {
                bytes += event.weight() - Event.WEIGHT;
            }
        }

        assertThat(written.await(10, TimeUnit.SECONDS)).isTrue();
        writer.join();
    }

    @Test
    void nothing_blocks_once_the_program_is_dead() throws Exception {
        var log = new EventLog(clock, SMALL);
        var driver = log.drive(0);
        log.unblock();

        for (var i = 0; i < 5; i++) {
            log.output(Stream.STDOUT, ByteBuffer.wrap(new byte[20_000]));
        }
        log.append(END);

        assertThat(all(driver)).hasSize(6);
    }

    @Test
    void what_the_driver_has_not_read_is_not_dropped() throws Exception {
        var log = new EventLog(clock, SMALL);
        var driver = log.drive(0);
        log.unblock();

        for (var i = 0; i < 9; i++) {
            log.output(Stream.STDOUT, ByteBuffer.wrap(new byte[20_000])); // 180 kB where 100 kB are kept
        }

        assertThat(driver.take(Duration.ZERO).events().getFirst().sequence()).isEqualTo(1);
    }

    @Test
    void an_observer_that_was_overtaken_hears_from_where_events_are_left() throws Exception {
        var log = new EventLog(clock, SMALL);
        var driver = log.drive(0);
        var observer = log.observe(0);
        for (var i = 0; i < 20; i++) {
            log.output(Stream.STDOUT, ByteBuffer.wrap(new byte[20_000]));
            driver.take(Duration.ZERO);
        }

        assertThatThrownBy(() -> observer.take(Duration.ZERO))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        e -> assertThat(e.failure().refusal())
                                .isEqualTo(new Refusal.ObserverTooSlow(log.firstAvailable())));
        assertThatThrownBy(() -> log.observe(0)).isInstanceOf(RefusedException.class);
        assertThat(log.observe(log.firstAvailable() - 1)
                        .take(Duration.ZERO)
                        .events()
                        .getFirst()
                        .sequence())
                .isEqualTo(log.firstAvailable());
    }

    @Test
    void silence_ends_a_take_without_events() throws Exception {
        var log = new EventLog(clock, SMALL);

        var batch = log.drive(0).take(Duration.ofMillis(1));

        assertThat(batch.events()).isEmpty();
        assertThat(batch.last()).isFalse();
    }

    @Test
    void a_spooled_log_keeps_every_byte_and_gives_its_room_back() throws Exception {
        var spool = Spool.open(directory.resolve("spool"), DataSize.ofMebibytes(64));
        var log = new EventLog(clock, new EventLog.Bounds(50_000, 20_000));
        var file = spool.file(4 << 20).orElseThrow();
        log.archiveTo(file);
        log.release(log.drive(0));
        var random = new Random(1);
        var expected = new ByteArrayOutputStream();
        log.append(new Kind.Started());
        for (var i = 0; i < 2_000; i++) {
            var bytes = new byte[random.nextInt(1, 2_000)];
            random.nextBytes(bytes);
            expected.writeBytes(bytes);
            log.output(Stream.STDOUT, ByteBuffer.wrap(bytes));
            if (i % 7 == 0) {
                log.observe(log.last() - 1).take(Duration.ZERO); // seals
            }
        }
        log.append(END);
        log.settle();

        assertThat(openBelow(directory)).isEmpty();
        for (var after : List.of(0L, 1L, 17L, log.last() - 3)) {
            var events = all(log.observe(after));
            assertThat(events.getFirst().sequence()).isEqualTo(after + 1);
            assertThat(events.getLast().kind()).isEqualTo(END);
        }
        assertThat(bytes(all(log.observe(0)))).isEqualTo(expected.toByteArray());
        assertThat(bytes(all(log.drive(0)))).isEqualTo(expected.toByteArray());
        assertThat(log.weight()).isZero();
        assertThat(spool.reserved()).isLessThan(4 << 20);

        log.close();

        assertThat(spool.reserved()).isZero();
        assertThat(leftIn(directory.resolve("spool"))).isEmpty();
        assertThatThrownBy(() -> log.observe(0)).isInstanceOf(RefusedException.class);
    }

    /// What this process has open there.
    private static List<Path> openBelow(Path directory) throws IOException {
        var open = new ArrayList<Path>();
        for (var descriptor : leftIn(Path.of("/proc/self/fd"))) {
            // That of this very listing is gone by now.
            if (Files.isSymbolicLink(descriptor)
                    && Files.readSymbolicLink(descriptor).startsWith(directory)) {
                open.add(descriptor);
            }
        }
        return open;
    }

    private static List<Path> leftIn(Path directory) throws IOException {
        try (var left = Files.list(directory)) {
            return left.toList();
        }
    }

    private static void write(EventLog log, String text) throws InterruptedException {
        write(log, Stream.STDOUT, text);
    }

    private static void write(EventLog log, Stream stream, String text) throws InterruptedException {
        log.output(stream, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Event> all(EventCursor cursor) throws Exception {
        var events = new ArrayList<Event>();
        EventCursor.Batch batch;
        do {
            batch = cursor.take(Duration.ofSeconds(10));
            events.addAll(batch.events());
        } while (!batch.last());
        return events;
    }

    private static byte[] bytes(List<Event> events) {
        var bytes = new ByteArrayOutputStream();
        for (var event : events) {
            if (event.kind() instanceof Kind.Output output) {
                assertThat(output.offset()).isEqualTo(bytes.size());
                var piece = new byte[output.data().remaining()];
                output.data().duplicate().get(piece);
                bytes.writeBytes(piece);
            }
        }
        return bytes.toByteArray();
    }

    private static List<String> texts(List<Event> events) {
        return events.stream()
                .map(event -> new String(bytes(event), StandardCharsets.UTF_8))
                .toList();
    }

    private static byte[] bytes(Event event) {
        var data = ((Kind.Output) event.kind()).data().duplicate();
        var bytes = new byte[data.remaining()];
        data.get(bytes);
        return bytes;
    }
}
