package dev.runnel.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.Code;
import dev.runnel.client.ConversationStream.Step;
import dev.runnel.client.FakeConversations.Answer;
import dev.runnel.v1.ChatMessage;
import dev.runnel.v1.ConversationEvent;
import dev.runnel.v1.ConversationSpec;
import dev.runnel.v1.ConverseRequest;
import dev.runnel.v1.ConverseResponse;
import dev.runnel.v1.ErrorReason;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ConversationStreamTest {
    private static final Optional<Throwable> CONNECTION_LOST =
            Optional.of(Status.UNAVAILABLE.withDescription("connection reset").asRuntimeException());
    private static final ChatMessage HELLO =
            ChatMessage.newBuilder().setRole("assistant").setMarkdown("hello").build();
    private static final List<ConverseResponse> WHOLE = List.of(
            response(0, event(1).setOpened(ConversationEvent.Opened.getDefaultInstance())),
            response(1, event(2).setBlocksExtracted(ConversationEvent.BlocksExtracted.getDefaultInstance())),
            response(1, event(3).setTurnFinished(ConversationEvent.TurnFinished.getDefaultInstance())),
            response(1, event(4).setClosed(ConversationEvent.Closed.getDefaultInstance())));

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
    void every_event_comes_once_and_the_message_until_it_is_applied_wherever_the_connection_is_lost() throws Exception {
        for (var lostAfter = 1; lostAfter < WHOLE.size(); lostAfter++) {
            var applied = WHOLE.get(lostAfter - 1).getAppliedClientSequence() == 1;
            answer(2, WHOLE.subList(0, lostAfter), CONNECTION_LOST);
            answer(applied ? 1 : 2, WHOLE.subList(lostAfter, WHOLE.size()), Optional.empty());

            var stream = open();
            stream.say(HELLO);
            var steps = readAll(stream);

            assertThat(steps).as("lost after event %d", lostAfter).isEqualTo(steps(WHOLE));
            assertThat(request().getOpen().getConversationId()).isEqualTo(stream.conversationId());
            assertThat(request().getInput().getMessage()).isEqualTo(HELLO);
            var resume = request().getResume();
            assertThat(resume.getConversationId()).isEqualTo(stream.conversationId());
            assertThat(resume.getAfterSequence()).isEqualTo(lostAfter);
            if (!applied) {
                assertThat(request().getInput().getMessage()).isEqualTo(HELLO);
            }
            assertThat(daemon.conversations.requests).isEmpty();
        }
    }

    @Test
    void events_that_come_twice_are_given_out_once_and_heartbeats_never() throws Exception {
        var heartbeat = response(0, event(0));
        answer(
                1,
                List.of(WHOLE.get(0), heartbeat, WHOLE.get(1), WHOLE.get(0), WHOLE.get(2), WHOLE.get(3)),
                Optional.empty());

        assertThat(readAll(open())).isEqualTo(steps(WHOLE));
    }

    @Test
    void a_gap_in_the_events_is_told_as_a_broken_contract() throws Exception {
        answer(1, List.of(WHOLE.get(0), WHOLE.get(2)), Optional.empty());

        assertThatThrownBy(() -> readAll(open()))
                .isInstanceOf(RunnelException.class)
                .hasMessageContaining("event 3 came after event 1");
    }

    @Test
    void an_opening_that_had_arrived_is_resumed_and_not_opened_again() throws Exception {
        answer(1, List.of(response(0, ConversationEvent.newBuilder())), CONNECTION_LOST);
        answer(1, List.of(), Optional.of(FakeDaemon.refusal(Code.ALREADY_EXISTS, "CONVERSATION_EXISTS")));
        answer(1, WHOLE, Optional.empty());

        assertThat(readAll(open())).isEqualTo(steps(WHOLE));

        assertThat(request().getOpen().getExpectedInstance()).isEmpty();
        assertThat(request().getOpen().getExpectedInstance()).isEqualTo("instance-1");
        assertThat(request().getResume().getAfterSequence()).isZero();
    }

    @Test
    void an_id_that_is_taken_at_first_is_a_refusal() {
        answer(1, List.of(), Optional.of(FakeDaemon.refusal(Code.ALREADY_EXISTS, "CONVERSATION_EXISTS")));

        var refusal = catchThrowableOfType(RunnelException.class, () -> readAll(open()));

        assertThat(refusal.code()).isEqualTo(Status.Code.ALREADY_EXISTS);
    }

    @Test
    void a_conversation_that_is_held_elsewhere_is_not_taken_back() {
        answer(1, WHOLE.subList(0, 1), Optional.of(FakeDaemon.refusal(Code.ABORTED, "SUPERSEDED")));

        var refusal = catchThrowableOfType(RunnelException.class, () -> readAll(open()));

        assertThat(refusal.reason()).contains(ErrorReason.ERROR_REASON_SUPERSEDED);
    }

    @Test
    void a_daemon_that_stays_away_is_told_with_the_conversation() throws Exception {
        answer(1, WHOLE.subList(0, 1), CONNECTION_LOST);
        var stream = open();
        assertThat(stream.next()).isEqualTo(Optional.of(steps(WHOLE).getFirst()));
        daemon.close();

        assertThatThrownBy(stream::next)
                .isInstanceOf(RunnelException.class)
                .hasMessageContaining("lost the daemon", stream.conversationId());
        assertThat(stream.next()).isEmpty();
    }

    @Test
    void a_rejected_input_is_told_and_ends_nothing() throws Exception {
        var rejected = ConverseResponse.newBuilder()
                .setAppliedClientSequence(1)
                .setRejected(ConverseResponse.Rejected.newBuilder()
                        .setClientSequence(1)
                        .setStatus(com.google.rpc.Status.newBuilder()
                                .setCode(Code.FAILED_PRECONDITION_VALUE)
                                .setMessage("nothing runs")))
                .build();
        answer(2, List.of(WHOLE.get(0), rejected, WHOLE.get(1), WHOLE.get(2), WHOLE.get(3)), Optional.empty());
        var stream = open();

        var number = stream.interrupt();
        var steps = readAll(stream);

        assertThat(steps).hasSize(5);
        assertThat(steps.get(1)).isInstanceOfSatisfying(Step.Rejected.class, step -> {
            assertThat(step.clientSequence()).isEqualTo(number).isEqualTo(1);
            assertThat(step.why()).hasMessage("nothing runs");
            assertThat(step.why().code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        });
    }

    @Test
    void inputs_of_many_threads_are_counted_without_gaps() throws Exception {
        answer(101, WHOLE, Optional.empty());
        var stream = open();

        for (var i = 0; i < 100; i++) {
            var _ = Thread.startVirtualThread(() -> stream.say(HELLO));
        }

        assertThat(readAll(stream)).isEqualTo(steps(WHOLE));
        assertThat(request().hasOpen()).isTrue();
        for (var i = 1; i <= 100; i++) {
            assertThat(request().getInput().getClientSequence()).isEqualTo(i);
        }
    }

    @Test
    void no_more_inputs_is_a_half_close_also_after_a_lost_connection() throws Exception {
        answer(1, WHOLE.subList(0, 1), CONNECTION_LOST);
        answer(1, WHOLE.subList(1, 4), Optional.empty());
        var stream = open();
        assertThat(stream.next()).isPresent();

        stream.finish();
        stream.say(HELLO);

        assertThat(readAll(stream)).isEqualTo(steps(WHOLE).subList(1, 4));
        assertThat(request().hasOpen()).isTrue();
        assertThat(request().hasResume()).isTrue();
        assertThat(daemon.conversations.requests).isEmpty();
        assertThat(daemon.conversations.ends.poll(10, TimeUnit.SECONDS)).isEqualTo(FakeConversations.HALF_CLOSE);
    }

    @Test
    void closing_ends_the_reading_and_the_call() throws Exception {
        answer(2, WHOLE, Optional.empty());
        var stream = open();
        assertThat(daemon.conversations.requests.poll(10, TimeUnit.SECONDS)).isNotNull();

        var _ = Thread.startVirtualThread(stream::close);

        assertThat(readAll(stream)).isEmpty();
        assertThat(daemon.conversations.ends.poll(10, TimeUnit.SECONDS)).isEqualTo(FakeConversations.CANCEL);
    }

    @Test
    void the_daemon_is_asked_for_as_much_patience_as_the_client_has() throws Exception {
        answer(1, WHOLE, Optional.empty());
        answer(1, WHOLE, Optional.empty());
        var own = ConversationSpec.newBuilder()
                .setAbsenceTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(7))
                .build();

        var _ = readAll(open());
        var _ = readAll(client.converse(own));

        assertThat(request().getOpen().getSpec().getAbsenceTimeout())
                .isEqualTo(com.google.protobuf.Duration.newBuilder()
                        .setNanos(300_000_000)
                        .build());
        assertThat(request().getOpen().getSpec()).isEqualTo(own);
    }

    private ConversationStream open() {
        return client.converse(ConversationSpec.getDefaultInstance());
    }

    private void answer(int after, List<ConverseResponse> responses, Optional<Throwable> end) {
        daemon.conversations.answers.add(new Answer(after, responses, end));
    }

    private ConverseRequest request() {
        return daemon.conversations.requests.remove();
    }

    private static List<Step> readAll(ConversationStream stream) throws InterruptedException {
        var steps = new ArrayList<Step>();
        try (stream) {
            for (var step = stream.next(); step.isPresent(); step = stream.next()) {
                steps.add(step.get());
            }
        }
        return steps;
    }

    private static List<Step> steps(List<ConverseResponse> responses) {
        return responses.stream()
                .<Step>map(response -> new Step.Event(response.getEvent()))
                .toList();
    }

    private static ConversationEvent.Builder event(long sequence) {
        return ConversationEvent.newBuilder().setSequence(sequence);
    }

    private static ConverseResponse response(long applied, ConversationEvent.Builder event) {
        return ConverseResponse.newBuilder()
                .setAppliedClientSequence(applied)
                .setEvent(event)
                .build();
    }
}
