package dev.runnel.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import dev.runnel.client.FakeDaemon.Answer;
import dev.runnel.v1.Accepted;
import dev.runnel.v1.AttachExecutionRequest;
import dev.runnel.v1.ErrorReason;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.Failed;
import dev.runnel.v1.Finished;
import dev.runnel.v1.Heartbeat;
import dev.runnel.v1.OnDisconnect;
import dev.runnel.v1.Output;
import dev.runnel.v1.Started;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExecutionStreamTest {
    private static final Optional<Throwable> CONNECTION_LOST =
            Optional.of(Status.UNAVAILABLE.withDescription("connection reset").asRuntimeException());
    private static final List<ExecutionEvent> WHOLE = List.of(
            event(1).setAccepted(Accepted.newBuilder().setInstanceId("instance-1"))
                    .build(),
            event(2).setStarted(Started.newBuilder().setAttempt(1)).build(),
            event(3).setOutput(output("one")).build(),
            event(4).setOutput(output("two")).build(),
            event(5).setFinished(Finished.getDefaultInstance()).build());

    @TempDir
    private Path folder = Path.of("");

    private FakeDaemon daemon;
    private RunnelClient client;

    @BeforeEach
    void start() throws IOException {
        daemon = new FakeDaemon(folder.resolve("s"), true);
        client = RunnelClient.connect(
                new Target.UnixSocket(folder.resolve("s")),
                new ClientSettings(Duration.ofMillis(300), Duration.ofSeconds(10)));
    }

    @AfterEach
    void stop() {
        client.close();
        daemon.close();
    }

    @Test
    void every_event_comes_once_wherever_the_connection_is_lost() throws Exception {
        for (var lostAfter = 1; lostAfter < WHOLE.size(); lostAfter++) {
            daemon.answers.add(new Answer(WHOLE.subList(0, lostAfter), CONNECTION_LOST));
            daemon.answers.add(new Answer(WHOLE.subList(lostAfter, WHOLE.size()), Optional.empty()));

            var events = readAll(client.execute(ExecuteRequest.getDefaultInstance()));

            assertThat(events).as("lost after event %d", lostAfter).isEqualTo(WHOLE);
            var attach = daemon.attaches.remove();
            assertThat(attach.getAfterSequence()).isEqualTo(lostAfter);
            assertThat(attach.getTakeOver()).isTrue();
            assertThat(attach.getExpectedInstance()).isEqualTo("instance-1");
            assertThat(attach.getExecutionId())
                    .isEqualTo(daemon.executes.remove().getExecutionId());
        }
    }

    @Test
    void a_stream_that_ends_without_a_terminal_event_has_only_lost_its_connection() throws Exception {
        daemon.answers.add(new Answer(WHOLE.subList(0, 3), Optional.empty()));
        daemon.answers.add(new Answer(WHOLE.subList(3, 5), Optional.empty()));

        var events = readAll(client.execute(ExecuteRequest.getDefaultInstance()));

        assertThat(events).isEqualTo(WHOLE);
    }

    @Test
    void events_that_come_twice_are_given_out_once_and_heartbeats_never() throws Exception {
        var heartbeat = ExecutionEvent.newBuilder()
                .setHeartbeat(Heartbeat.getDefaultInstance())
                .build();
        daemon.answers.add(new Answer(List.of(WHOLE.get(0), heartbeat, WHOLE.get(1), WHOLE.get(2)), CONNECTION_LOST));
        daemon.answers.add(new Answer(WHOLE.subList(1, 5), Optional.empty()));

        var events = readAll(client.execute(ExecuteRequest.getDefaultInstance()));

        assertThat(events).isEqualTo(WHOLE);
    }

    @Test
    void an_event_of_an_unknown_kind_is_given_out_and_counted() throws Exception {
        var unknown = event(2).build();
        daemon.answers.add(
                new Answer(List.of(WHOLE.get(0), unknown, WHOLE.get(2), WHOLE.get(3), WHOLE.get(4)), Optional.empty()));

        var events = readAll(client.execute(ExecuteRequest.getDefaultInstance()));

        assertThat(events).hasSize(5).contains(unknown);
    }

    @Test
    void a_missing_event_is_a_broken_contract_and_not_skipped() {
        daemon.answers.add(new Answer(List.of(WHOLE.get(0), WHOLE.get(2)), Optional.empty()));

        assertThatThrownBy(() -> readAll(client.execute(ExecuteRequest.getDefaultInstance())))
                .isInstanceOf(RunnelException.class)
                .hasMessageContaining("event 3 came after event 1");
    }

    @Test
    void a_failed_event_is_the_end_and_no_exception() throws Exception {
        var failed = event(2).setFailed(Failed.newBuilder()
                        .setStatus(com.google.rpc.Status.newBuilder().setCode(Code.ABORTED_VALUE)))
                .build();
        daemon.answers.add(new Answer(
                List.of(WHOLE.get(0), failed), Optional.of(FakeDaemon.refusal(Code.ABORTED, "SANDBOX_LOST"))));

        var events = readAll(client.execute(ExecuteRequest.getDefaultInstance()));

        assertThat(events).containsExactly(WHOLE.get(0), failed);
    }

    @Test
    void a_refusal_tells_its_reason_and_each_field() {
        var badRequest = BadRequest.newBuilder()
                .addFieldViolations(BadRequest.FieldViolation.newBuilder()
                        .setField("spec.limits.wall_time")
                        .setDescription("must be positive"))
                .build();
        daemon.answers.add(new Answer(
                List.of(),
                Optional.of(FakeDaemon.refusal(Code.INVALID_ARGUMENT, "FIELD_INVALID", Any.pack(badRequest)))));

        var thrown = catchThrowableOfType(
                RunnelException.class, () -> readAll(client.execute(ExecuteRequest.getDefaultInstance())));

        assertThat(thrown.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(thrown.reason()).contains(ErrorReason.ERROR_REASON_FIELD_INVALID);
        assertThat(thrown.violations())
                .containsExactly(new FieldViolation("spec.limits.wall_time", "must be positive"));
        assertThat(thrown).hasMessageContaining("spec.limits.wall_time: must be positive");
    }

    @Test
    void a_daemon_that_says_nothing_has_run_gets_the_same_request_again() throws Exception {
        daemon.answers.add(new Answer(List.of(), Optional.of(FakeDaemon.refusal(Code.UNAVAILABLE, "DAEMON_DRAINING"))));
        daemon.answers.add(new Answer(WHOLE, Optional.empty()));

        var events = readAll(client.execute(ExecuteRequest.getDefaultInstance()));

        assertThat(events).isEqualTo(WHOLE);
        var first = daemon.executes.remove();
        assertThat(first.getExecutionId()).isNotEmpty();
        assertThat(daemon.executes.remove()).isEqualTo(first);
    }

    @Test
    void a_request_that_got_no_answer_is_not_repeated_since_it_may_have_run() {
        daemon.answers.add(new Answer(List.of(), CONNECTION_LOST));

        assertThatThrownBy(() -> readAll(client.execute(ExecuteRequest.getDefaultInstance())))
                .isInstanceOf(RunnelException.class)
                .hasMessageContaining("no answer");
        assertThat(daemon.executes).hasSize(1);
    }

    @Test
    void a_daemon_that_is_gone_for_too_long_is_reported_with_the_execution() throws Exception {
        daemon.answers.add(new Answer(WHOLE.subList(0, 2), CONNECTION_LOST));
        for (var attempt = 0; attempt < 100; attempt++) {
            daemon.answers.add(new Answer(List.of(), CONNECTION_LOST));
        }

        var stream = client.execute(
                ExecuteRequest.newBuilder().setExecutionId("mine").build());

        assertThatThrownBy(() -> readAll(stream))
                .isInstanceOf(RunnelException.class)
                .hasMessageContaining("lost the daemon")
                .hasMessageContaining("mine");
    }

    @Test
    void a_driver_that_was_superseded_does_not_fight_back() {
        daemon.answers.add(
                new Answer(WHOLE.subList(0, 2), Optional.of(FakeDaemon.refusal(Code.ABORTED, "SUPERSEDED"))));

        var thrown = catchThrowableOfType(
                RunnelException.class, () -> readAll(client.execute(ExecuteRequest.getDefaultInstance())));

        assertThat(thrown.reason()).contains(ErrorReason.ERROR_REASON_SUPERSEDED);
        assertThat(daemon.attaches).isEmpty();
    }

    @Test
    void an_observer_comes_back_as_an_observer() throws Exception {
        daemon.answers.add(new Answer(WHOLE.subList(1, 3), CONNECTION_LOST));
        daemon.answers.add(new Answer(WHOLE.subList(3, 5), Optional.empty()));

        var events = readAll(client.attach(AttachExecutionRequest.newBuilder()
                .setExecutionId("theirs")
                .setAfterSequence(1)
                .build()));

        assertThat(events).isEqualTo(WHOLE.subList(1, 5));
        assertThat(daemon.attaches)
                .extracting(AttachExecutionRequest::getTakeOver)
                .containsOnly(false);
        assertThat(daemon.attaches)
                .extracting(AttachExecutionRequest::getAfterSequence)
                .containsExactly(1L, 3L);
    }

    @Test
    void the_daemon_is_asked_for_as_much_grace_as_the_client_needs_to_come_back() throws Exception {
        daemon.answers.add(new Answer(WHOLE, Optional.empty()));

        var _ = readAll(client.execute(ExecuteRequest.getDefaultInstance()));

        var grace = daemon.executes.remove().getOnDisconnect().getCancel().getGrace();
        assertThat(grace)
                .isEqualTo(com.google.protobuf.Duration.newBuilder()
                        .setNanos(300_000_000)
                        .build());
    }

    @Test
    void giving_a_stream_up_cancels_what_it_started() throws Exception {
        daemon.answers.add(new Answer(WHOLE.subList(0, 2), CONNECTION_LOST));
        var stream = client.execute(
                ExecuteRequest.newBuilder().setExecutionId("mine").build());
        var _ = stream.next();

        stream.close();

        var cancel = daemon.cancels.poll(5, TimeUnit.SECONDS);
        assertThat(cancel).isNotNull();
        assertThat(cancel.getExecutionId()).isEqualTo("mine");
    }

    @Test
    void giving_a_detached_stream_up_lets_the_execution_go_on() throws Exception {
        daemon.answers.add(new Answer(WHOLE.subList(0, 2), CONNECTION_LOST));
        var stream = client.execute(ExecuteRequest.newBuilder()
                .setOnDisconnect(OnDisconnect.newBuilder().setDetach(OnDisconnect.Detach.getDefaultInstance()))
                .build());
        var _ = stream.next();

        stream.close();

        assertThat(daemon.cancels.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void a_daemon_that_is_not_there_is_reported_at_once_with_its_address() {
        try (var nobody = RunnelClient.connect(new Target.UnixSocket(folder.resolve("none")))) {
            assertThatThrownBy(() -> readAll(nobody.execute(ExecuteRequest.getDefaultInstance())))
                    .isInstanceOf(RunnelException.class)
                    .hasMessageContaining(folder.resolve("none").toString());
        }
    }

    private static List<ExecutionEvent> readAll(ExecutionStream stream) throws InterruptedException {
        var events = new ArrayList<ExecutionEvent>();
        try (stream) {
            var _ = stream.readToEnd(events::add);
        }
        return events;
    }

    private static ExecutionEvent.Builder event(long sequence) {
        return ExecutionEvent.newBuilder().setSequence(sequence);
    }

    private static Output output(String text) {
        return Output.newBuilder().setData(ByteString.copyFromUtf8(text)).build();
    }
}
