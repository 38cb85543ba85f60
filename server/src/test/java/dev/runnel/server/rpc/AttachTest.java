package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.runnel.v1.AttachExecutionRequest;
import dev.runnel.v1.CancelledBy;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecuteResponse;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.OnDisconnect;
import dev.runnel.v1.Stream;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class AttachTest {
    /// Executions whose driver is cut again and again; the full count is dev/soak's.
    private static final int ROUNDS = Boolean.getBoolean("runnel.soak") ? 200 : 20;

    private static final OnDisconnect DETACH = OnDisconnect.newBuilder()
            .setDetach(OnDisconnect.Detach.getDefaultInstance())
            .build();
    private static final OnDisconnect GRACE = OnDisconnect.newBuilder()
            .setCancel(OnDisconnect.Cancel.newBuilder()
                    .setGrace(Duration.newBuilder().setSeconds(60)))
            .build();

    private final EdgeFixture daemon = new EdgeFixture();

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void an_observer_gets_the_same_events_as_the_driver_from_wherever_it_begins() {
        var all = drain(daemon.client()
                .execute(EdgeFixture.program("print a", "print-error b", "print c", "exit 1")
                        .setExecutionId("e")
                        .build()));

        for (var after = 0; after <= all.size(); after++) {
            var rest = attached("e", after, false);

            assertThat(rest).isEqualTo(all.subList(after, all.size()));
        }
    }

    @Test
    void attaching_after_an_event_that_is_not_there_yet_is_refused() {
        drain(daemon.client()
                .execute(EdgeFixture.program("exit 0").setExecutionId("e").build()));

        var refused = Rejection.of(() -> attached("e", 100, false));

        assertThat(refused.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(refused.fields()).containsExactly("after_sequence");
    }

    @Test
    void every_byte_comes_once_however_often_the_driver_is_cut_when_it_detaches() throws Exception {
        everyByteOnce(DETACH);
    }

    @Test
    void every_byte_comes_once_however_often_the_driver_is_cut_within_the_grace() throws Exception {
        everyByteOnce(GRACE);
    }

    private void everyByteOnce(OnDisconnect onDisconnect) throws Exception {
        var random = new Random(4711);
        var cuts = 0;
        for (var round = 0; round < ROUNDS; round++) {
            var id = "round-" + round;
            var request = EdgeFixture.program(noisy(400))
                    .setExecutionId(id)
                    .setOnDisconnect(onDisconnect)
                    .build();
            var events = new ArrayList<ExecutionEvent>();

            cutAfter(random.nextInt(1, 60), events, channel -> ClientStream.execute(channel, request));
            while (!isTerminal(events.getLast())) {
                var attach = takeOver(id, events.getLast().getSequence());
                cutAfter(random.nextInt(1, 200), events, channel -> ClientStream.attach(channel, attach));
                cuts++;
            }

            assertThat(stdout(events)).isEqualTo(expected(400));
            assertThat(events.getLast().getFinished().getOutcome().getExitCode())
                    .isZero();
            for (var i = 0; i < events.size(); i++) {
                assertThat(events.get(i).getSequence()).isEqualTo(i + 1);
            }
        }
        assertThat(cuts).isGreaterThan(3 * ROUNDS);
    }

    @Test
    void a_newer_driver_wins_and_the_older_is_told_so() throws Exception {
        var first = ClientStream.execute(daemon.connect(), waiting("e", DETACH));
        daemon.executor.awaitReached("go");
        var second = ClientStream.attach(daemon.connect(), takeOver("e", 0));

        var refused = Rejection.of(first.end());

        assertThat(refused.code()).isEqualTo(Code.ABORTED);
        assertThat(refused.reason()).isEqualTo("SUPERSEDED");
        daemon.executor.release("go");
        assertThat(second.code()).isEqualTo(Code.OK);
        assertThat(second.rest().getLast().hasFinished()).isTrue();
    }

    @Test
    void a_repeated_request_takes_over_what_runs() throws Exception {
        var first = ClientStream.execute(daemon.connect(), waiting("e", GRACE));
        daemon.executor.awaitReached("go");
        var second = ClientStream.execute(daemon.connect(), waiting("e", GRACE));

        assertThat(Rejection.of(first.end()).reason()).isEqualTo("SUPERSEDED");

        daemon.executor.release("go");
        assertThat(second.code()).isEqualTo(Code.OK);
        assertThat(second.rest().getFirst().getSequence()).isEqualTo(1);
    }

    @Test
    void ten_observers_see_what_the_driver_sees() throws Exception {
        var request = EdgeFixture.program("wait go", "print-error x", noisy(300))
                .setExecutionId("e")
                .build();
        var driver = ClientStream.execute(daemon.connect(), request);
        daemon.executor.awaitReached("go");
        var results = new ArrayList<Future<List<ExecutionEvent>>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 10; i++) {
                results.add(threads.submit(() -> attached("e", 0, false)));
            }
            daemon.executor.release("go");

            assertThat(driver.code()).isEqualTo(Code.OK);
            var seen = driver.rest();
            for (var result : results) {
                assertThat(result.get(30, TimeUnit.SECONDS)).isEqualTo(seen);
            }
        }
    }

    @Test
    void a_program_whose_client_vanished_is_cancelled_at_once_by_default() throws Exception {
        var driver = ClientStream.execute(
                daemon.connect(),
                EdgeFixture.program("wait forever").setExecutionId("e").build());
        daemon.executor.awaitReached("forever");

        driver.cancel();

        var end = attached("e", 0, false).getLast();
        assertThat(end.getFinished().getOutcome().getCancelled().getBy())
                .isEqualTo(CancelledBy.CANCELLED_BY_DISCONNECT);
    }

    @Test
    void a_program_is_cancelled_when_nobody_came_back_within_the_grace() throws Exception {
        var grace = OnDisconnect.newBuilder()
                .setCancel(OnDisconnect.Cancel.newBuilder()
                        .setGrace(Duration.newBuilder().setNanos(1_000_000)))
                .build();
        var driver = ClientStream.execute(daemon.connect(), waiting("e", grace));
        daemon.executor.awaitReached("go");

        driver.cancel();

        var end = attached("e", 0, false).getLast();
        assertThat(end.getFinished().getOutcome().getCancelled().getBy())
                .isEqualTo(CancelledBy.CANCELLED_BY_DISCONNECT);
    }

    @Test
    void a_detached_program_goes_on_without_a_client_and_keeps_all_its_output() throws Exception {
        var request = EdgeFixture.program("wait go", "flood 24MiB", "exit 9")
                .setExecutionId("e")
                .setOnDisconnect(DETACH);
        request.getSpecBuilder().getLimitsBuilder().setOutputBytes(32 << 20);
        var driver = ClientStream.execute(daemon.connect(), request.build());
        daemon.executor.awaitReached("go");
        driver.cancel();
        daemon.executor.release("go");

        var events = attached("e", 0, false);

        assertThat(events.getLast().getFinished().getOutcome().getExitCode()).isEqualTo(9);
        assertThat(stdout(events)).hasSize(24 << 20);
        assertThat(stdout(attached("e", 0, true))).hasSize(24 << 20);
    }

    @Test
    void a_detached_program_may_not_write_more_than_can_be_kept() {
        var request = EdgeFixture.program("exit 0").setOnDisconnect(DETACH);
        request.getSpecBuilder().getLimitsBuilder().setOutputBytes(65 << 20);

        var refused = Rejection.of(() -> drain(daemon.client().execute(request.build())));

        assertThat(refused.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(refused.reason()).isEqualTo("OUTPUT_NOT_RETAINABLE");
    }

    @Test
    void an_observer_that_reads_too_slowly_is_told_where_to_go_on() throws Exception {
        var request = EdgeFixture.program("wait go", "flood 24MiB", "wait end")
                .setExecutionId("e")
                .build();
        var driver = ClientStream.execute(daemon.connect(), request);
        daemon.executor.awaitReached("go");
        var slow = ClientStream.attach(daemon.connect(), observe("e"), 1);
        assertThat(slow.next()).isPresent();
        daemon.executor.release("go");
        daemon.executor.awaitReached("end");

        slow.read();

        var refused = Rejection.of(slow.end());
        assertThat(refused.code()).isEqualTo(Code.OUT_OF_RANGE);
        assertThat(refused.reason()).isEqualTo("OBSERVER_TOO_SLOW");
        var first = Long.parseLong(refused.info().getMetadataOrThrow("first_available"));
        daemon.executor.release("end");
        assertThat(attached("e", first - 1, false).getFirst().getSequence()).isEqualTo(first);
        assertThat(driver.code()).isEqualTo(Code.OK);
        var evicted = Rejection.of(() -> attached("e", 0, false));
        assertThat(evicted.reason()).isEqualTo("EVENTS_EVICTED");
    }

    // Programs

    private static String noisy(int lines) {
        var script = new ArrayList<String>();
        for (var i = 0; i < lines; i++) {
            script.add("print line " + i);
            script.add("print-error an event of its own, so that lines don't gather");
        }
        return String.join("\n", script);
    }

    private static byte[] expected(int lines) {
        var text = new StringBuilder();
        for (var i = 0; i < lines; i++) {
            text.append("line ").append(i).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ExecuteRequest waiting(String id, OnDisconnect onDisconnect) {
        return EdgeFixture.program("wait go")
                .setExecutionId(id)
                .setOnDisconnect(onDisconnect)
                .build();
    }

    private static AttachExecutionRequest takeOver(String id, long after) {
        return observe(id).toBuilder().setAfterSequence(after).setTakeOver(true).build();
    }

    private static AttachExecutionRequest observe(String id) {
        return AttachExecutionRequest.newBuilder().setExecutionId(id).build();
    }

    // Reading

    private List<ExecutionEvent> attached(String id, long after, boolean takeOver) {
        var events = new ArrayList<ExecutionEvent>();
        daemon.client()
                .attachExecution(observe(id).toBuilder()
                        .setAfterSequence(after)
                        .setTakeOver(takeOver)
                        .build())
                .forEachRemaining(response -> events.add(response.getEvent()));
        return events;
    }

    private static List<ExecutionEvent> drain(Iterator<ExecuteResponse> responses) {
        var events = new ArrayList<ExecutionEvent>();
        responses.forEachRemaining(response -> events.add(response.getEvent()));
        return events;
    }

    private static boolean isTerminal(ExecutionEvent event) {
        return event.hasFinished() || event.hasFailed();
    }

    private static byte[] stdout(List<ExecutionEvent> events) {
        var bytes = new ByteArrayOutputStream();
        for (var event : events) {
            if (event.getOutput().getStream() == Stream.STREAM_STDOUT) {
                assertThat(event.getOutput().getOffset()).isEqualTo(bytes.size());
                bytes.writeBytes(event.getOutput().getData().toByteArray());
            }
        }
        return bytes.toByteArray();
    }

    /// Reads so many events, or all, then cuts the connection.
    private void cutAfter(int count, List<ExecutionEvent> events, Function<ManagedChannel, ClientStream> call)
            throws InterruptedException {
        var connection = daemon.connect();
        var stream = call.apply(connection);
        for (var i = 0; i < count; i++) {
            var next = stream.next();
            if (next.isEmpty()) {
                break;
            }
            events.add(next.get());
        }
        connection.shutdownNow();
    }
}
