package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.conversation.Conversations.Reading;
import dev.runnel.server.conversation.Input;
import dev.runnel.server.conversation.Input.Action;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.v1.ApprovalMode;
import dev.runnel.v1.BlockSelection;
import dev.runnel.v1.ChatMessage;
import dev.runnel.v1.CloseReason;
import dev.runnel.v1.ConversationEvent;
import dev.runnel.v1.ConversationInput;
import dev.runnel.v1.ConversationSpec;
import dev.runnel.v1.Interrupt;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What clients that speak too much, too early, or not at all do to a conversation.
@Timeout(120)
class ConversationBoundsTest {
    private static final int ROUNDS = 200;

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
    void an_interrupt_that_comes_with_a_decision_does_not_end_the_conversation() throws Exception {
        var stream = daemon.converse().open("c", asking());
        for (var round = 0; round < ROUNDS; round++) {
            stream.message(block("python", "print 1"));
            stream.decide(stream.await(ConversationEvent::hasApprovalRequired).getApprovalRequired(), true, "");
            interrupt(stream);
            interrupt(stream);
            stream.await(ConversationEvent::hasTurnFinished);
        }

        var closed = stream.finish().await(ConversationEvent::hasClosed).getClosed();
        assertThat(closed.getReason()).isEqualTo(CloseReason.CLOSE_REASON_CLIENT);
    }

    @Test
    void an_interrupt_right_after_a_message_ends_its_turn() throws Exception {
        var stream = daemon.converse().open("c", spec());
        stream.message("prose\n\n".repeat(60_000) + block("python", "sleep 1h"));
        interrupt(stream);
        var turn = stream.await(ConversationEvent::hasTurnFinished).getTurnFinished();

        assertThat(turn.getSucceeded()).isFalse();
    }

    @Test
    void blocks_that_nobody_wants_run_do_not_end_a_turn_by_their_language() throws Exception {
        var last = daemon.converse().open("last", spec().setSelection(BlockSelection.BLOCK_SELECTION_LAST));
        last.message(block("cobol", "x") + block("python", "print 1"));
        assertThat(last.await(ConversationEvent::hasTurnFinished)
                        .getTurnFinished()
                        .getBlocksRun())
                .isEqualTo(1);

        var role = daemon.converse().open("role", spec());
        role.input(ConversationInput.newBuilder()
                .setMessage(ChatMessage.newBuilder().setRole("user").setMarkdown(block("cobol", "x"))));
        assertThat(role.await(ConversationEvent::hasTurnFinished)
                        .getTurnFinished()
                        .getSucceeded())
                .isTrue();

        var off = daemon.converse().open("off", spec().setExecutionOff(true));
        off.message(block("cobol", "x"));
        assertThat(off.await(ConversationEvent::hasTurnFinished)
                        .getTurnFinished()
                        .getSucceeded())
                .isTrue();
    }

    @Test
    void turns_wait_for_a_holder_that_does_not_read() throws Exception {
        var refused = 0;
        try (var holder = hold("c", spec().setExecutionOff(true))) {
            for (var number = 1; number <= 100; number++) {
                holder.apply(message(number, block("python", "x".repeat(128 << 10))));
                awaitTurn("c", number);
            }
            var done = daemon.conversations.get(Tenant.LOCAL, "c").turns();
            assertThat(done).isLessThan(20);
            refused = holder.take(Duration.ofSeconds(60)).rejected().size();
        }

        assertThat(refused).isPositive();
    }

    /// Waits for a turn to end, though not long: it may be held back.
    private void awaitTurn(String conversation, int turn) throws Exception {
        var end = System.nanoTime() + Duration.ofMillis(turn < 20 ? 50 : 5).toNanos();
        while (daemon.conversations.get(Tenant.LOCAL, conversation).turns() < turn && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void messages_that_wait_are_bounded_by_what_they_take() throws Exception {
        open("c", asking());
        var taken = 0;
        for (var refused = false; !refused; ) {
            refused = !isTaken("c", message(taken + 1, block("python", "x".repeat(900 << 10))));
            taken += refused ? 0 : 1;
        }

        assertThat(taken).isBetween(4, 8);
    }

    @Test
    void an_input_that_was_refused_is_refused_when_it_is_repeated() throws Exception {
        open("c", spec());
        var unasked = new Input(1, new Action.Decision("nobody", "sha256:" + "0".repeat(64), true, ""));
        assertThat(isTaken("c", unasked)).isFalse();
        assertThat(isTaken("c", unasked)).isFalse();

        assertThat(isTaken("c", message(2, "nothing to run"))).isTrue();
        assertThat(isTaken("c", message(2, "nothing to run"))).isTrue();
    }

    @Test
    void standard_input_in_many_small_pieces_is_bounded() throws Exception {
        open("c", spec());
        var taken = 0;
        while (taken < 10_000 && isTaken("c", new Input(taken + 1, new Action.Stdin(ByteBuffer.allocate(0), true)))) {
            taken++;
        }

        assertThat(taken).isBetween(1_000, 5_000);
    }

    @Test
    void a_reader_that_does_not_read_its_rejections_is_let_go() throws Exception {
        try (var holder = hold("c", spec())) {
            for (var number = 0; number < 2_000; number++) {
                holder.apply(message(number + 2, "a gap"));
            }

            assertThatThrownBy(() -> holder.take(Duration.ZERO))
                    .isInstanceOfSatisfying(
                            RefusedException.class,
                            refused -> assertThat(refused.failure().refusal())
                                    .isInstanceOf(Refusal.TenantQuotaExceeded.class));
        }
        try (var again = daemon.conversations.resume(Tenant.LOCAL, "c", 0)) {
            assertThat(again.take(Duration.ofSeconds(60)).events()).isNotEmpty();
        }
    }

    @Test
    void who_speaks_is_not_gone() throws Exception {
        open("c", spec());
        daemon.clock.advance(Duration.ofMinutes(4));
        assertThat(isTaken("c", message(1, "nothing to run"))).isTrue();
        daemon.clock.advance(Duration.ofMinutes(4));
        daemon.conversations.sweep();

        assertThat(isTaken("c", message(2, "nothing to run"))).isTrue();
    }

    @Test
    void a_holder_that_does_not_come_back_holds_nobody_up_for_ever() throws Exception {
        hold("c", spec()).close();
        try (var watcher = daemon.conversations.watch(Tenant.LOCAL, "c", 0)) {
            daemon.clock.advance(Duration.ofMinutes(5));
            daemon.conversations.sweep();
            assertThat(isTaken("c", message(1, block("python", "flood 3MiB")))).isTrue();
            assertThat(isTaken("c", new Input(2, new Action.Close()))).isTrue();

            for (var last = false; !last; ) {
                var batch = watcher.take(Duration.ofSeconds(60));
                assertThat(batch.silent()).isFalse();
                last = batch.last();
            }
        }
        assertThat(daemon.conversations.turns(Tenant.LOCAL, "c")).hasSize(1);
    }

    private Reading hold(String id, ConversationSpec.Builder spec) throws Exception {
        return daemon.conversations.openAndHold(Tenant.LOCAL, Optional.of(id), ConversationRequests.spec(spec.build()));
    }

    private void open(String id, ConversationSpec.Builder spec) throws Exception {
        daemon.conversations.open(Tenant.LOCAL, Optional.of(id), ConversationRequests.spec(spec.build()));
    }

    private boolean isTaken(String conversation, Input input) {
        try {
            daemon.conversations.send(Tenant.LOCAL, conversation, input);
            return true;
        } catch (RefusedException _) {
            return false;
        }
    }

    private static Input message(long number, String markdown) {
        return new Input(number, new Action.Message("assistant", markdown, false));
    }

    private static void interrupt(ConverseStream stream) {
        stream.input(ConversationInput.newBuilder().setInterrupt(Interrupt.getDefaultInstance()));
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
}
