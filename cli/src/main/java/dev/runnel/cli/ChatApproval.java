package dev.runnel.cli;

import dev.runnel.client.ConversationStream;
import dev.runnel.v1.Approval;
import dev.runnel.v1.BlockDecision;
import dev.runnel.v1.ConversationEvent.ApprovalDecided;
import dev.runnel.v1.ConversationEvent.ApprovalRequired;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/// Asks a person about the blocks of a conversation, while its events go on being read.
final class ChatApproval {
    private static final String PROMPT = "run it?  y, n, n REASON";

    private final ConversationStream stream;
    private final Screen screen;
    private final Optional<ApprovalDesk.Person> person;
    private final InstantSource clock;

    /// The execution that waits for a decision, one at most; empty: none.
    private final AtomicReference<String> waiting = new AtomicReference<>("");

    /// Held while the person is asked: one question at a time.
    private final ReentrantLock asking = new ReentrantLock();

    /// @param person absent: everything is denied
    ChatApproval(ConversationStream stream, Screen screen, Optional<ApprovalDesk.Person> person, InstantSource clock) {
        this.stream = stream;
        this.screen = screen;
        this.person = person;
        this.clock = clock;
    }

    /// Shows what waits, and asks on a thread of its own.
    void ask(ApprovalRequired required, String code) {
        var approval = Approval.newBuilder()
                .setExecutionId(required.getExecutionId())
                .setConversationId(stream.conversationId())
                .setCode(code)
                .setResolvedSpec(required.getResolvedSpec())
                .setExpireTime(required.getExpireTime())
                .build();
        waiting.set(approval.getExecutionId());
        ApprovalText.of(approval, clock.instant()).forEach(screen::line);
        person.ifPresentOrElse(
                somebody -> {
                    var _ = Thread.ofPlatform().daemon().name("approval").start(() -> ask(somebody, approval));
                },
                () -> decide(approval, false, "nobody could be asked: no terminal"));
    }

    /// The decision came, this one's or another's.
    void decided(ApprovalDecided decided) {
        var reason = decided.getReason().isEmpty() ? "" : ": " + decided.getReason();
        if (!waiting.getAndSet("").isEmpty()) {
            var how = decided.getApproved() ? "approved elsewhere" : "denied";
            screen.note(TerminalText.oneLine("the block does not wait any more, " + how + reason));
        }
    }

    private void ask(ApprovalDesk.Person somebody, Approval approval) {
        asking.lock();
        try {
            if (!waits(approval)) {
                return;
            }
            screen.line(PROMPT);
            somebody.look();
            for (var answer = answer(somebody); waits(approval); answer = answer(somebody)) {
                var words = answer.split("\\s+", 2);
                if (words[0].equals("y") || words[0].equals("n")) {
                    decide(approval, words[0].equals("y"), words.length > 1 ? words[1] : "");
                    return;
                }
                screen.line(PROMPT);
            }
        } catch (IOException e) {
            decide(approval, false, "the terminal can't be read");
        } finally {
            asking.unlock();
        }
    }

    /// Somebody who has gone says no.
    private static String answer(ApprovalDesk.Person somebody) throws IOException {
        return somebody.answer().map(String::strip).orElse("n");
    }

    private boolean waits(Approval approval) {
        return waiting.get().equals(approval.getExecutionId());
    }

    private void decide(Approval approval, boolean approved, String reason) {
        // Cleared by whoever comes first, so that an answer that is too late is not sent.
        if (waits(approval) && !waiting.getAndSet("").isEmpty()) {
            stream.decide(BlockDecision.newBuilder()
                    .setExecutionId(approval.getExecutionId())
                    .setSpecDigest(approval.getResolvedSpec().getSpecDigest())
                    .setApproved(approved)
                    .setReason(reason)
                    .build());
        }
    }
}
