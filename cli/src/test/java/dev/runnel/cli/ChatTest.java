package dev.runnel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.runnel.client.RunnelClient;
import dev.runnel.client.Target;
import dev.runnel.server.rpc.Edge;
import dev.runnel.server.rpc.Listener;
import dev.runnel.v1.BlockSkipReason;
import dev.runnel.v1.CloseReason;
import dev.runnel.v1.ConversationEvent;
import dev.runnel.v1.ConversationEvent.ApprovalDecided;
import dev.runnel.v1.ConversationEvent.ApprovalRequired;
import dev.runnel.v1.ConversationEvent.BlockFinished;
import dev.runnel.v1.ConversationEvent.BlockSkipped;
import dev.runnel.v1.ConversationEvent.BlockStarted;
import dev.runnel.v1.ConversationEvent.BlocksExtracted;
import dev.runnel.v1.ConversationEvent.Closed;
import dev.runnel.v1.ConversationEvent.TurnFinished;
import dev.runnel.v1.ConversationInput;
import dev.runnel.v1.ConversationServiceGrpc;
import dev.runnel.v1.ConversationSpec;
import dev.runnel.v1.ConverseRequest;
import dev.runnel.v1.ConverseResponse;
import dev.runnel.v1.ExtractedBlock;
import dev.runnel.v1.Finished;
import dev.runnel.v1.Outcome;
import dev.runnel.v1.Output;
import dev.runnel.v1.ResolvedSpec;
import dev.runnel.v1.Stream;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ChatTest {
    private static final ExtractedBlock BASH = block("bash", "echo hi", 1);
    private static final ExtractedBlock PYTHON = block("python", "print(1)", 4);

    @TempDir
    private Path directory = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Scripted daemon = new Scripted();
    private Edge edge;
    private RunnelClient client;

    @BeforeEach
    void start() throws IOException {
        var socket = directory.resolve("s");
        var listener = new Listener.Unix(socket, PosixFilePermissions.fromString("rw-------"), Optional.empty());
        edge = Edge.open(List.of(listener), "instance-1", List.of(daemon));
        client = RunnelClient.connect(new Target.UnixSocket(socket));
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        edge.close();
    }

    @Test
    void each_block_has_a_heading_and_its_output_and_success_is_zero() throws Exception {
        daemon.afterMessage(
                extracted(BASH, unnamed(), PYTHON),
                started(0),
                output("hi"),
                finished(0, 0),
                started(2),
                output("1\n"),
                finished(2, 0),
                turnFinished(true));

        assertThat(chat(Optional.empty(), false).say("# text")).isZero();

        assertThat(out.toString(UTF_8)).isEqualTo("""
                        --- block 1 of 3, line 1: bash
                        hi
                        --- block 2 of 3, line 9: not run: no language
                        --- block 3 of 3, line 4: python
                        1
                        """);
        assertThat(err.toString(UTF_8)).isEmpty();
        var message = daemon.inputs.remove().getMessage();
        assertThat(message.getRole()).isEqualTo("assistant");
        assertThat(message.getMarkdown()).isEqualTo("# text");
    }

    @Test
    void the_first_block_without_success_decides_the_code_and_the_rest_is_told_as_skipped() throws Exception {
        daemon.afterMessage(
                extracted(BASH, PYTHON),
                started(0),
                finished(0, 5),
                skipped(1, BlockSkipReason.BLOCK_SKIP_REASON_EARLIER_BLOCK, "a block before it did not succeed"),
                turnFinished(false));

        assertThat(chat(Optional.empty(), false).say("")).isEqualTo(5);

        assertThat(out.toString(UTF_8)).endsWith("--- block 2 of 2, line 4: python, skipped\n");
    }

    @Test
    void a_block_that_can_not_be_run_is_a_failure_of_runnel() throws Exception {
        daemon.afterMessage(
                extracted(BASH),
                skipped(0, BlockSkipReason.BLOCK_SKIP_REASON_FAILED, "no room\u001b[2J"),
                turnFinished(false));

        assertThat(chat(Optional.empty(), false).say("")).isEqualTo(121);

        assertThat(out.toString(UTF_8)).contains("not run: failed: no room\\x1b[2J");
    }

    @Test
    void the_text_for_the_model_comes_last_and_can_not_drive_the_terminal() throws Exception {
        daemon.afterMessage(extracted(BASH), started(0), output("hi\n"), finished(0, 0), turnFinished(true));

        assertThat(chat(Optional.empty(), true).say("")).isZero();

        assertThat(out.toString(UTF_8)).endsWith("hi\n--- for the model\nthe text\\x1b[0m\n");
    }

    @Test
    void a_block_is_denied_when_nobody_can_be_asked() throws Exception {
        daemon.afterMessage(extracted(BASH), required(0));
        daemon.afterDecision(
                decided(0, false), skipped(0, BlockSkipReason.BLOCK_SKIP_REASON_DENIED, "no"), turnFinished(false));

        assertThat(chat(Optional.empty(), false).say("")).isEqualTo(121);

        var _ = daemon.inputs.remove();
        var decision = daemon.inputs.remove().getDecision();
        assertThat(decision.getApproved()).isFalse();
        assertThat(decision.getReason()).contains("no terminal");
        assertThat(decision.getExecutionId()).isEqualTo("e0");
        assertThat(decision.getSpecDigest()).isEqualTo("sha256:0");
    }

    @Test
    void a_person_is_shown_the_block_and_asked_until_the_answer_is_clear() throws Exception {
        daemon.afterMessage(extracted(BASH), required(0));
        daemon.afterDecision(decided(0, true), started(0), finished(0, 0), turnFinished(true));
        var person = new Person();
        person.answers.addAll(List.of("maybe", "y looks fine"));

        assertThat(chat(Optional.of(person), false).say("")).isZero();

        var _ = daemon.inputs.remove();
        var decision = daemon.inputs.remove().getDecision();
        assertThat(decision.getApproved()).isTrue();
        assertThat(decision.getReason()).isEqualTo("looks fine");
        assertThat(out.toString(UTF_8)).contains("  | echo hi\n", "run it?");
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void ctrl_c_interrupts_while_the_person_is_asked_and_a_late_answer_decides_nothing() throws Exception {
        daemon.afterMessage(extracted(BASH), required(0));
        daemon.afterInterrupt(
                decided(0, false),
                skipped(0, BlockSkipReason.BLOCK_SKIP_REASON_DENIED, "interrupted"),
                turnFinished(false));
        var person = new Person();
        var chat = chat(Optional.of(person), false);
        var saying = new FutureTask<>(() -> chat.say(""));
        Thread.ofVirtual().start(saying);
        person.asked.await();

        chat.interrupt();

        assertThat(saying.get()).isEqualTo(130);
        person.answers.add("y");
        assertThat(daemon.inputs.stream().map(ConversationInput::getActionCase))
                .containsExactly(ConversationInput.ActionCase.MESSAGE, ConversationInput.ActionCase.INTERRUPT);
        assertThat(err.toString(UTF_8)).contains("does not wait any more");
    }

    @Test
    void a_message_that_is_not_taken_ends_the_chat() throws Exception {
        daemon.rejects = true;

        assertThat(chat(Optional.empty(), false).say("")).isEqualTo(121);

        assertThat(err.toString(UTF_8)).startsWith("runnel: too long");
    }

    @Test
    void a_conversation_that_is_closed_before_the_turn_ends_is_a_failure() throws Exception {
        daemon.afterMessage(extracted(BASH), closed(CloseReason.CLOSE_REASON_SHUTDOWN));

        assertThat(chat(Optional.empty(), false).say("")).isEqualTo(121);

        assertThat(err.toString(UTF_8)).contains("closed before its turn had ended: shutdown");
    }

    private Chat chat(Optional<ApprovalDesk.Person> person, boolean text) {
        var stream = client.converse(ConversationSpec.getDefaultInstance());
        return new Chat(stream, Screen.of(out, err, true), person, InstantSource.fixed(Instant.EPOCH), text);
    }

    private static ExtractedBlock block(String language, String code, int line) {
        return ExtractedBlock.newBuilder()
                .setLanguage(language)
                .setCode(code)
                .setFirstLine(line)
                .build();
    }

    private static ExtractedBlock unnamed() {
        return block("", "x", 9).toBuilder()
                .setSkipReason(BlockSkipReason.BLOCK_SKIP_REASON_NO_LANGUAGE)
                .build();
    }

    private static ConversationEvent.Builder event() {
        return ConversationEvent.newBuilder();
    }

    private static ConversationEvent.Builder extracted(ExtractedBlock... blocks) {
        return event().setBlocksExtracted(BlocksExtracted.newBuilder().addAllBlocks(List.of(blocks)));
    }

    private static ConversationEvent.Builder required(int block) {
        return event().setApprovalRequired(ApprovalRequired.newBuilder()
                .setBlock(block)
                .setExecutionId("e" + block)
                .setResolvedSpec(ResolvedSpec.newBuilder().setSpecDigest("sha256:" + block)));
    }

    private static ConversationEvent.Builder decided(int block, boolean approved) {
        return event().setApprovalDecided(
                        ApprovalDecided.newBuilder().setBlock(block).setApproved(approved));
    }

    private static ConversationEvent.Builder started(int block) {
        return event().setBlockStarted(BlockStarted.newBuilder().setBlock(block));
    }

    private static ConversationEvent.Builder output(String text) {
        return event().setOutput(
                        Output.newBuilder().setStream(Stream.STREAM_STDOUT).setData(ByteString.copyFromUtf8(text)));
    }

    private static ConversationEvent.Builder finished(int block, int code) {
        return event().setBlockFinished(BlockFinished.newBuilder()
                .setBlock(block)
                .setFinished(Finished.newBuilder()
                        .setOutcome(Outcome.newBuilder()
                                .setExited(Outcome.Exited.getDefaultInstance())
                                .setExitCode(code))));
    }

    private static ConversationEvent.Builder skipped(int block, BlockSkipReason reason, String message) {
        return event().setBlockSkipped(BlockSkipped.newBuilder()
                .setBlock(block)
                .setReason(reason)
                .setMessage(message));
    }

    private static ConversationEvent.Builder turnFinished(boolean succeeded) {
        return event().setTurnFinished(
                        TurnFinished.newBuilder().setText("the text\u001b[0m").setSucceeded(succeeded));
    }

    private static ConversationEvent.Builder closed(CloseReason reason) {
        return event().setClosed(Closed.newBuilder().setReason(reason));
    }

    /// A person whose answers come when the test gives them.
    private static final class Person implements ApprovalDesk.Person {
        final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        final CountDownLatch asked = new CountDownLatch(1);

        @Override
        public void look() {
            asked.countDown();
        }

        @Override
        public Optional<String> answer() throws IOException {
            try {
                return Optional.of(answers.take());
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    /// A daemon with one conversation, which tells what the test says after each kind of input, and Closed at
    /// half-close.
    private static final class Scripted extends ConversationServiceGrpc.ConversationServiceImplBase {
        final BlockingQueue<ConversationInput> inputs = new LinkedBlockingQueue<>();
        volatile boolean rejects;
        private final List<ConversationEvent.Builder> message = new ArrayList<>();
        private final List<ConversationEvent.Builder> decision = new ArrayList<>();
        private final List<ConversationEvent.Builder> interrupt = new ArrayList<>();

        void afterMessage(ConversationEvent.Builder... events) {
            message.addAll(List.of(events));
        }

        void afterDecision(ConversationEvent.Builder... events) {
            decision.addAll(List.of(events));
        }

        void afterInterrupt(ConversationEvent.Builder... events) {
            interrupt.addAll(List.of(events));
        }

        @Override
        public StreamObserver<ConverseRequest> converse(StreamObserver<ConverseResponse> out) {
            return new StreamObserver<>() {
                private long sequence;

                @Override
                public void onNext(ConverseRequest request) {
                    if (!request.hasInput()) {
                        return;
                    }
                    var input = request.getInput();
                    inputs.add(input);
                    if (rejects) {
                        reject(input);
                        return;
                    }
                    switch (input.getActionCase()) {
                        case MESSAGE -> message.forEach(this::tell);
                        case DECISION -> decision.forEach(this::tell);
                        case INTERRUPT -> interrupt.forEach(this::tell);
                        default -> throw new AssertionError(input);
                    }
                }

                private void reject(ConversationInput input) {
                    out.onNext(ConverseResponse.newBuilder()
                            .setRejected(ConverseResponse.Rejected.newBuilder()
                                    .setClientSequence(input.getClientSequence())
                                    .setStatus(com.google.rpc.Status.newBuilder()
                                            .setCode(Status.Code.RESOURCE_EXHAUSTED.value())
                                            .setMessage("too long")))
                            .build());
                }

                private void tell(ConversationEvent.Builder event) {
                    out.onNext(ConverseResponse.newBuilder()
                            .setEvent(event.setSequence(++sequence))
                            .build());
                }

                @Override
                public void onError(Throwable gone) {
                    // The client has read what it wanted.
                }

                @Override
                public void onCompleted() {
                    tell(closed(CloseReason.CLOSE_REASON_CLIENT));
                    out.onCompleted();
                }
            };
        }
    }
}
