package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.runnel.v1.ApprovalMode;
import dev.runnel.v1.BlockSelection;
import dev.runnel.v1.BlockSkipReason;
import dev.runnel.v1.BlockSource;
import dev.runnel.v1.BlockStdin;
import dev.runnel.v1.ChatMessage;
import dev.runnel.v1.CloseReason;
import dev.runnel.v1.ConversationEvent;
import dev.runnel.v1.ConversationEvent.KindCase;
import dev.runnel.v1.ConversationInput;
import dev.runnel.v1.ConversationSpec;
import dev.runnel.v1.ExtractedBlock;
import dev.runnel.v1.GetConversationRequest;
import dev.runnel.v1.Interrupt;
import dev.runnel.v1.ListSessionsRequest;
import dev.runnel.v1.ListTurnsRequest;
import dev.runnel.v1.MarkdownDialect;
import dev.runnel.v1.OpenConversationRequest;
import dev.runnel.v1.RunBlocks;
import dev.runnel.v1.SendToConversationRequest;
import dev.runnel.v1.TextStyle;
import dev.runnel.v1.WatchConversationRequest;
import io.grpc.Status.Code;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ConversationTest {
    private DataFixture daemon;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        daemon = new DataFixture(directory);
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    @Test
    void blocks_of_a_message_run_one_after_the_other_in_one_workspace() throws Exception {
        var events = converse(spec(), block("python", "write data.txt hello"), block("bash", "read data.txt"));

        assertThat(kinds(events))
                .containsExactly(
                        KindCase.OPENED,
                        KindCase.WARNING,
                        KindCase.BLOCKS_EXTRACTED,
                        KindCase.BLOCK_STARTED,
                        KindCase.BLOCK_FINISHED,
                        KindCase.BLOCK_STARTED,
                        KindCase.OUTPUT,
                        KindCase.BLOCK_FINISHED,
                        KindCase.TURN_FINISHED,
                        KindCase.CLOSED);
        assertThat(events).extracting(ConversationEvent::getSequence).isEqualTo(numbers(events.size()));
        assertThat(output(events)).isEqualTo("hello\n");
        var turn = events.get(events.size() - 2).getTurnFinished();
        assertThat(turn.getSucceeded()).isTrue();
        assertThat(turn.getBlocksRun()).isEqualTo(2);
        assertThat(turn.getText()).contains("hello");
        assertThat(events.getLast().getClosed().getReason()).isEqualTo(CloseReason.CLOSE_REASON_CLIENT);
    }

    @Test
    void the_session_of_a_conversation_ends_with_it() throws Exception {
        converse(spec(), block("python", "print 1"));

        assertThat(daemon.sessionClient()
                        .listSessions(ListSessionsRequest.getDefaultInstance())
                        .getSessionsList())
                .isEmpty();
    }

    @Test
    void the_first_block_that_fails_ends_the_turn_and_not_the_conversation() throws Exception {
        var stream = daemon.converse().open("c", spec());
        stream.message(block("python", "print 1") + block("python", "exit 3") + block("python", "print 2"));
        stream.message(block("python", "print 3"));
        var events = stream.finish().rest();

        assertThat(output(events)).isEqualTo("1\n3\n");
        var skipped = only(events, KindCase.BLOCK_SKIPPED).getBlockSkipped();
        assertThat(skipped.getBlock()).isEqualTo(2);
        assertThat(skipped.getReason()).isEqualTo(BlockSkipReason.BLOCK_SKIP_REASON_EARLIER_BLOCK);
        assertThat(turns(events)).extracting(turn -> turn.getSucceeded()).containsExactly(false, true);
    }

    @Test
    void an_extracted_block_says_where_it_stands_and_why_it_will_not_run() throws Exception {
        var message = "é\n" + block("python", "print 1") + "```\nno language\n```\n" + "```python\nunclosed";
        var stream = daemon.converse().open("c", spec());
        stream.message(message);
        var blocks = stream.await(ConversationEvent::hasBlocksExtracted)
                .getBlocksExtracted()
                .getBlocksList();

        assertThat(blocks)
                .extracting(ExtractedBlock::getSkipReason)
                .containsExactly(
                        BlockSkipReason.BLOCK_SKIP_REASON_UNSPECIFIED,
                        BlockSkipReason.BLOCK_SKIP_REASON_NO_LANGUAGE,
                        BlockSkipReason.BLOCK_SKIP_REASON_UNCLOSED);
        var first = blocks.getFirst();
        assertThat(first.getLanguage()).isEqualTo("python");
        assertThat(first.getCode()).isEqualTo("print 1\n");
        assertThat(first.getStartByte()).isEqualTo(3);
        assertThat(first.getFirstLine()).isEqualTo(2);
        assertThat(first.getLastLine()).isEqualTo(4);
    }

    @Test
    void a_block_in_an_unknown_language_ends_the_turn_and_what_ran_before_stands() throws Exception {
        var events = converse(
                spec().setTextStyle(TextStyle.TEXT_STYLE_AUTOGEN),
                block("python", "print 1"),
                block("cobol", "x"),
                block("python", "print 2"));

        assertThat(output(events)).isEqualTo("1\n");
        assertThat(turns(events).getFirst().getText()).contains("1").contains("unknown language cobol");
        assertThat(turns(events).getFirst().getSucceeded()).isFalse();
    }

    @Test
    void a_language_that_is_not_allowed_is_unknown_to_the_conversation() throws Exception {
        var events = converse(spec().addLanguages("py"), block("bash", "print 1"));

        var found = only(events, KindCase.BLOCKS_EXTRACTED).getBlocksExtracted().getBlocks(0);
        assertThat(found.getSkipReason()).isEqualTo(BlockSkipReason.BLOCK_SKIP_REASON_UNKNOWN_LANGUAGE);
        assertThat(kinds(events)).doesNotContain(KindCase.BLOCK_STARTED);
    }

    @Test
    void a_file_that_leaves_the_workspace_is_refused_and_one_that_does_not_is_kept() throws Exception {
        var events = converse(
                spec().setTextStyle(TextStyle.TEXT_STYLE_AUTOGEN),
                block("python", "# filename: sub/a.py\nprint 1"),
                block("bash", "read sub/a.py"),
                block("python", "# filename: ../a.py\nprint 2"));

        assertThat(output(events)).isEqualTo("1\n# filename: sub/a.py\nprint 1\n");
        assertThat(turns(events).getFirst().getText()).contains("Filename is not in the workspace");
    }

    @Test
    void only_messages_of_the_right_role_have_blocks_that_run() throws Exception {
        var stream = daemon.converse().open("c", spec());
        stream.input(ConversationInput.newBuilder()
                .setMessage(ChatMessage.newBuilder().setRole("user").setMarkdown(block("python", "print 1"))));
        var events = stream.finish().rest();

        assertThat(kinds(events)).doesNotContain(KindCase.BLOCK_STARTED);
        assertThat(only(events, KindCase.BLOCKS_EXTRACTED)
                        .getBlocksExtracted()
                        .getBlocks(0)
                        .getSkipReason())
                .isEqualTo(BlockSkipReason.BLOCK_SKIP_REASON_ROLE);
    }

    @Test
    void with_execution_off_blocks_are_told_and_there_is_no_session() throws Exception {
        var events = converse(spec().setExecutionOff(true), block("python", "print 1"));

        assertThat(kinds(events))
                .containsExactly(KindCase.OPENED, KindCase.BLOCKS_EXTRACTED, KindCase.TURN_FINISHED, KindCase.CLOSED);
        assertThat(events.getFirst().getOpened().getSessionId()).isEmpty();
    }

    @Test
    void the_last_block_alone_can_be_selected() throws Exception {
        var events = converse(
                spec().setSelection(BlockSelection.BLOCK_SELECTION_LAST),
                block("python", "print 1"),
                block("python", "print 2"));

        assertThat(output(events)).isEqualTo("2\n");
    }

    @Test
    void blocks_of_the_last_messages_can_be_selected() throws Exception {
        var stream = daemon.converse()
                .open(
                        "c",
                        spec().setSelection(BlockSelection.BLOCK_SELECTION_LAST_MESSAGES)
                                .setLastMessages(2));
        stream.message(block("python", "print 1"));
        stream.message(block("python", "print 2"));
        stream.message(block("python", "print 3"));

        assertThat(output(stream.finish().rest())).isEqualTo("1\n1\n2\n2\n3\n");
    }

    @Test
    void the_newest_message_that_has_blocks_can_be_selected() throws Exception {
        var stream =
                daemon.converse().open("c", spec().setSelection(BlockSelection.BLOCK_SELECTION_NEWEST_WITH_BLOCKS));
        stream.message(block("python", "print 1"));
        stream.message("go on");

        assertThat(output(stream.finish().rest())).isEqualTo("1\n1\n");
    }

    @Test
    void a_turn_has_so_many_blocks_at_most_and_says_what_is_left_out() throws Exception {
        var events = converse(
                spec().setExecutionOff(true), block("python", "print 1").repeat(300));

        assertThat(only(events, KindCase.WARNING).getWarning().getText()).contains("the last 44");
        assertThat(only(events, KindCase.BLOCKS_EXTRACTED).getBlocksExtracted().getBlocksCount())
                .isEqualTo(256);
    }

    @Test
    void blocks_that_are_given_as_such_run() throws Exception {
        var stream = daemon.converse().open("c", spec());
        stream.input(ConversationInput.newBuilder()
                .setRunBlocks(RunBlocks.newBuilder()
                        .addBlocks(BlockSource.newBuilder().setLanguage("py").setCode("print 1"))));

        assertThat(output(stream.finish().rest())).isEqualTo("1\n");
    }

    @Test
    void the_compatible_dialects_read_as_their_models_do() throws Exception {
        var message = "```python \nprint 1\n```\n```python\nprint 2\n```\n";

        assertThat(output(converse(spec().setDialect(MarkdownDialect.MARKDOWN_DIALECT_AUTOGEN), message)))
                .isEqualTo("2\n");
    }

    @Test
    void an_approved_block_runs_as_what_was_shown() throws Exception {
        var stream = daemon.converse().open("c", asking());
        stream.message(block("python", "print 1"));
        var asked = stream.await(ConversationEvent::hasApprovalRequired).getApprovalRequired();
        stream.decide(asked, true, "looks fine");
        var events = stream.finish().rest();

        assertThat(only(events, KindCase.APPROVAL_DECIDED).getApprovalDecided().getApproved())
                .isTrue();
        var started = only(events, KindCase.BLOCK_STARTED).getBlockStarted();
        assertThat(started.getExecutionId()).isEqualTo(asked.getExecutionId());
        assertThat(started.getResolvedSpec()).isEqualTo(asked.getResolvedSpec());
        assertThat(output(events)).isEqualTo("1\n");
    }

    @Test
    void a_denied_block_does_not_run_and_neither_do_those_after_it() throws Exception {
        var stream = daemon.converse().open("c", asking().setTextStyle(TextStyle.TEXT_STYLE_AUTOGEN));
        stream.message(block("python", "print 1") + block("python", "print 2"));
        stream.decide(stream.await(ConversationEvent::hasApprovalRequired).getApprovalRequired(), false, "too risky");
        var events = stream.finish().rest();

        assertThat(kinds(events)).doesNotContain(KindCase.BLOCK_STARTED);
        assertThat(turns(events).getFirst().getText()).contains("Code execution was not approved. Reason: too risky");
    }

    @Test
    void a_decision_on_something_else_is_rejected_and_decides_nothing() throws Exception {
        var stream = daemon.converse().open("c", asking());
        stream.message(block("python", "print 1"));
        var asked = stream.await(ConversationEvent::hasApprovalRequired).getApprovalRequired();
        var other = asked.toBuilder();
        other.getResolvedSpecBuilder().setSpecDigest("sha256:" + "0".repeat(64));
        stream.decide(other.build(), true, "");
        var rejected = stream.response().orElseThrow();

        assertThat(rejected.getRejected().getClientSequence()).isEqualTo(2);
        assertThat(rejected.getRejected().getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION.value());
        stream.decide(asked, false, "");
        assertThat(kinds(stream.finish().rest())).doesNotContain(KindCase.BLOCK_STARTED);
    }

    @Test
    void an_interrupt_ends_what_runs_and_skips_the_rest_of_the_turn() throws Exception {
        var stream = daemon.converse().open("c", spec());
        stream.message(block("python", "reach up\nsleep 1h") + block("python", "print 2"));
        daemon.executor.awaitReached("up");
        stream.input(ConversationInput.newBuilder().setInterrupt(Interrupt.getDefaultInstance()));
        stream.message(block("python", "print 3"));
        var events = stream.finish().rest();

        assertThat(output(events)).isEqualTo("3\n");
        assertThat(only(events, KindCase.BLOCK_SKIPPED).getBlockSkipped().getReason())
                .isEqualTo(BlockSkipReason.BLOCK_SKIP_REASON_INTERRUPTED);
    }

    @Test
    void an_interrupt_withdraws_what_waits_for_a_decision() throws Exception {
        var stream = daemon.converse().open("c", asking());
        stream.message(block("python", "print 1"));
        stream.await(ConversationEvent::hasApprovalRequired);
        stream.input(ConversationInput.newBuilder().setInterrupt(Interrupt.getDefaultInstance()));
        var events = stream.finish().rest();

        assertThat(kinds(events)).doesNotContain(KindCase.BLOCK_STARTED).contains(KindCase.TURN_FINISHED);
    }

    @Test
    void standard_input_reaches_the_block_that_runs_or_the_next() throws Exception {
        var stream = daemon.converse().open("c", spec());
        stdin(stream, "early ", false);
        stream.input(ConversationInput.newBuilder()
                .setMessage(ChatMessage.newBuilder()
                        .setRole("assistant")
                        .setMarkdown(block("python", "reach up\ncat"))
                        .setKeepInputOpen(true)));
        daemon.executor.awaitReached("up");
        stdin(stream, "late", true);

        assertThat(output(stream.finish().rest())).isEqualTo("early late");
    }

    @Test
    void an_input_that_is_repeated_does_nothing_twice_and_a_gap_is_rejected() throws Exception {
        var stream = daemon.converse().open("c", spec());
        var input = ConversationInput.newBuilder()
                .setMessage(ChatMessage.newBuilder().setRole("assistant").setMarkdown(block("python", "print 1")));
        stream.numbered(input, 1).numbered(input, 1).numbered(input, 3);
        var rejected = stream.response().orElseThrow();
        while (!rejected.hasRejected()) {
            rejected = stream.response().orElseThrow();
        }
        var events = stream.finish().rest();

        assertThat(rejected.getRejected().getClientSequence()).isEqualTo(3);
        assertThat(rejected.getRejected().getStatus().getCode()).isEqualTo(Code.OUT_OF_RANGE.value());
        assertThat(turns(events)).hasSizeLessThanOrEqualTo(1);
        assertThat(turnsOf("c")).hasSize(1);
    }

    @Test
    void a_bad_input_is_rejected_and_the_conversation_goes_on() throws Exception {
        var stream = daemon.converse().open("c", spec());
        stream.input(ConversationInput.newBuilder().setRunBlocks(RunBlocks.getDefaultInstance()));
        stream.message(block("python", "print 1"));
        var events = stream.finish().rest();

        assertThat(output(events)).isEqualTo("1\n");
    }

    @Test
    void a_conversation_closes_after_its_last_turn() throws Exception {
        var stream = daemon.converse().open("c", spec().setMaxTurns(1));
        stream.message(block("python", "print 1"));
        var events = stream.rest();

        assertThat(events.getLast().getClosed().getReason()).isEqualTo(CloseReason.CLOSE_REASON_MAX_TURNS);
        assertThat(stream.end().getStatus().getCode()).isEqualTo(Code.OK);
    }

    @Test
    void a_conversation_closes_on_its_termination_text_without_running_anything() throws Exception {
        var stream = daemon.converse().open("c", spec().setTerminationText("TERMINATE"));
        stream.message(block("python", "print 1") + "TERMINATE\n");
        var events = stream.rest();

        assertThat(events.getLast().getClosed().getReason()).isEqualTo(CloseReason.CLOSE_REASON_TERMINATION_TEXT);
        assertThat(kinds(events)).doesNotContain(KindCase.BLOCK_STARTED);
    }

    @Test
    void a_conversation_that_everybody_has_left_closes_after_its_time() throws Exception {
        var stream = daemon.converse().open("c", spec());
        stream.event();
        stream.cut();
        assertThat(stream.end().getStatus().getCode()).isEqualTo(Code.CANCELLED);
        var record = daemon.conversationClient().getConversation(get("c")).getConversation();
        assertThat(record.hasCloseTime()).isFalse();

        // The daemon hears of the cut at some time: from then on the time counts.
        while (!daemon.conversationClient()
                .getConversation(get("c"))
                .getConversation()
                .hasCloseTime()) {
            daemon.clock.advance(Duration.ofMinutes(5));
            daemon.conversations.sweep();
        }

        assertThat(daemon.conversationClient()
                        .getConversation(get("c"))
                        .getConversation()
                        .getCloseReason())
                .isEqualTo(CloseReason.CLOSE_REASON_ABSENCE);
    }

    @Test
    void a_newer_stream_takes_the_conversation_over() throws Exception {
        var older = daemon.converse().open("c", spec());
        older.event();
        var newer = daemon.converse().resume("c", 0, 0);

        assertThat(Rejection.of(older.end()).reason()).isEqualTo("SUPERSEDED");
        newer.message(block("python", "print 1"));
        assertThat(output(newer.finish().rest())).isEqualTo("1\n");
    }

    @Test
    void single_requests_and_a_watch_are_the_same_as_a_stream() throws Exception {
        var client = daemon.conversationClient();
        var opened = client.openConversation(OpenConversationRequest.newBuilder()
                .setConversationId("c")
                .setSpec(spec())
                .build());
        assertThat(opened.getConversation().getConversationId()).isEqualTo("c");
        say(
                "c",
                1,
                ConversationInput.newBuilder()
                        .setMessage(
                                ChatMessage.newBuilder().setRole("assistant").setMarkdown(block("python", "print 1"))));
        say("c", 2, ConversationInput.newBuilder().setClose(dev.runnel.v1.CloseConversation.getDefaultInstance()));
        var events = new ArrayList<ConversationEvent>();
        client.watchConversation(WatchConversationRequest.newBuilder()
                        .setConversationId("c")
                        .build())
                .forEachRemaining(response -> events.add(response.getEvent()));

        assertThat(output(events)).isEqualTo("1\n");
        assertThat(events).extracting(ConversationEvent::getSequence).isEqualTo(numbers(events.size()));
        var again = Rejection.of(
                () -> say("c", 3, ConversationInput.newBuilder().setInterrupt(Interrupt.getDefaultInstance())));
        assertThat(again.reason()).isEqualTo("CONVERSATION_CLOSED");
    }

    @Test
    void turns_can_be_read_back() throws Exception {
        converse(spec(), block("python", "print 1"));

        var turns = turnsOf("c");
        assertThat(turns).hasSize(1);
        assertThat(turns.getFirst().getMessage().getMarkdown()).isEqualTo(block("python", "print 1"));
        assertThat(turns.getFirst().getText()).contains("1");
        assertThat(turns.getFirst().getExecutionIdsCount()).isEqualTo(1);
    }

    @Test
    void an_unknown_conversation_is_not_found() {
        var refused = Rejection.of(() -> daemon.conversationClient().getConversation(get("nobody")));

        assertThat(refused.reason()).isEqualTo("CONVERSATION_NOT_FOUND");
    }

    @Test
    void a_session_has_one_open_conversation_at_most() throws Exception {
        var first = daemon.converse().open("one", spec());
        var session = first.event().getOpened().getSessionId();
        var second = daemon.converse().open("two", spec().setSessionId(session));

        assertThat(Rejection.of(second.end()).reason()).isEqualTo("SESSION_BUSY");
    }

    @Test
    void a_lost_session_ends_the_conversation_and_says_so() throws Exception {
        var stream = daemon.converse().open("c", spec());
        stream.message(block("python", "crash"));
        stream.message(block("python", "print 1"));
        var events = stream.rest();

        assertThat(events.getLast().getClosed().getReason()).isEqualTo(CloseReason.CLOSE_REASON_SESSION_LOST);
        assertThat(output(events)).isEmpty();
    }

    /// However often the connection breaks, every event is seen once, and everything that was said is done once.
    @Test
    void a_stream_that_is_cut_anywhere_goes_on_where_it_was() throws Exception {
        var seed = Long.getLong("runnel.seed", 7);
        var random = new Random(seed);
        var cuts = Integer.getInteger("runnel.cuts", 60);
        var client = new ResumingClient(daemon, "c", asking());
        for (var turn = 1; turn <= cuts; turn++) {
            client.message(block("python", "print " + turn + "\nflood 100KiB"));
            for (var events = random.nextInt(9); events > 0 && client.turns() < turn; events--) {
                client.next();
            }
            client.reconnect();
            while (client.turns() < turn - 20) { // a conversation lets 64 wait
                client.next();
            }
        }
        while (client.turns() < cuts) {
            client.next();
        }
        var seen = client.finish();

        assertThat(seen)
                .as("seed %s", seed)
                .extracting(ConversationEvent::getSequence)
                .isEqualTo(numbers(seen.size()));
        assertThat(output(seen).replace("x", "").lines())
                .isEqualTo(
                        IntStream.rangeClosed(1, cuts).mapToObj(String::valueOf).toList());
        assertThat(seen.getLast().hasClosed()).isTrue();
    }

    private List<ConversationEvent> converse(ConversationSpec.Builder spec, String... blocks)
            throws InterruptedException {
        return daemon.converse()
                .open("c", spec)
                .message(String.join("", blocks))
                .finish()
                .rest();
    }

    private static void stdin(ConverseStream stream, String text, boolean eof) {
        stream.input(ConversationInput.newBuilder()
                .setStdinData(BlockStdin.newBuilder()
                        .setData(ByteString.copyFromUtf8(text))
                        .setEof(eof)));
    }

    private void say(String id, long number, ConversationInput.Builder input) {
        daemon.conversationClient()
                .sendToConversation(SendToConversationRequest.newBuilder()
                        .setConversationId(id)
                        .setInput(input.setClientSequence(number))
                        .build());
    }

    private List<dev.runnel.v1.Turn> turnsOf(String id) {
        return daemon.conversationClient()
                .listTurns(ListTurnsRequest.newBuilder().setConversationId(id).build())
                .getTurnsList();
    }

    private static GetConversationRequest get(String id) {
        return GetConversationRequest.newBuilder().setConversationId(id).build();
    }

    private static ConversationSpec.Builder spec() {
        return ConversationSpec.newBuilder();
    }

    private static ConversationSpec.Builder asking() {
        return spec().setApproval(ApprovalMode.APPROVAL_MODE_PERSON);
    }

    private static String block(String language, String code) {
        return "```" + language + "\n" + code + "\n```\n";
    }

    private static List<Long> numbers(int count) {
        return LongStream.rangeClosed(1, count).boxed().toList();
    }

    private static List<KindCase> kinds(List<ConversationEvent> events) {
        return events.stream().map(ConversationEvent::getKindCase).toList();
    }

    private static List<ConversationEvent.TurnFinished> turns(List<ConversationEvent> events) {
        return events.stream()
                .filter(ConversationEvent::hasTurnFinished)
                .map(ConversationEvent::getTurnFinished)
                .toList();
    }

    private static ConversationEvent only(List<ConversationEvent> events, KindCase kind) {
        assertThat(events).filteredOn(event -> event.getKindCase() == kind).hasSize(1);
        return events.stream()
                .filter(event -> event.getKindCase() == kind)
                .findFirst()
                .orElseThrow();
    }

    private static String output(List<ConversationEvent> events) {
        var text = new StringBuilder();
        events.forEach(event -> text.append(event.getOutput().getData().toStringUtf8()));
        return text.toString();
    }
}
