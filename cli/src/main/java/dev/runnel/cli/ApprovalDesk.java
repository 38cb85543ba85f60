package dev.runnel.cli;

import dev.runnel.client.RunnelClient;
import dev.runnel.client.RunnelException;
import dev.runnel.v1.Approval;
import dev.runnel.v1.DecideApprovalRequest;
import dev.runnel.v1.EndedApproval;
import dev.runnel.v1.ErrorReason;
import dev.runnel.v1.ListApprovalsRequest;
import dev.runnel.v1.WatchApprovalsRequest;
import dev.runnel.v1.WatchApprovalsResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/// Where a person decides what may run. Nothing is approved but what was shown, and by an answer that was given after.
final class ApprovalDesk {
    private static final int PAGE = 1_000;
    private static final String PROMPT = "may it run? y, n [REASON], s to leave it waiting, q to quit";
    private static final Set<ErrorReason> OVER =
            Set.of(ErrorReason.ERROR_REASON_APPROVAL_DECIDED, ErrorReason.ERROR_REASON_APPROVAL_NOT_FOUND);

    private final RunnelClient client;
    private final Screen screen;
    private final InstantSource clock;

    /// What waits and was neither decided nor left here. Kept by the watch's thread and the person's.
    private final Map<String, Approval> waiting = new ConcurrentHashMap<>();

    private final BlockingQueue<Next> next = new LinkedBlockingQueue<>();

    /// What the watch brings.
    private sealed interface Next {
        record Came(String id) implements Next {}

        record Over(RunnelException why) implements Next {}
    }

    /// Who is asked.
    interface Person {
        /// A question was just shown; what was said before is no answer to it.
        void look() throws IOException;

        /// One line; absent when the person has gone.
        Optional<String> answer() throws IOException;
    }

    ApprovalDesk(RunnelClient client, Screen screen, InstantSource clock) {
        this.client = client;
        this.screen = screen;
        this.clock = clock;
    }

    /// Shows what waits, newest first.
    void list() {
        var all = all();
        all.forEach(this::show);
        if (all.isEmpty()) {
            screen.line("nothing waits for approval");
        }
    }

    /// Shows one that waits and decides it.
    void decide(String id, boolean approved, String reason) {
        var approval = all().stream()
                .filter(one -> one.getExecutionId().equals(id))
                .findFirst()
                .orElseThrow(() -> new UsageException("nothing of that id waits for approval: " + id));
        show(approval);
        send(approval, approved, reason);
    }

    /// Asks about one after the other, the oldest first, until the person leaves.
    ///
    /// @throws RunnelException when the daemon goes away
    void ask(Person person) throws IOException, InterruptedException {
        var _ = Thread.ofPlatform().daemon().name("approvals").start(this::watch);
        while (true) {
            switch (next.take()) {
                case Next.Over(var why) -> throw why;
                case Next.Came(var id) -> {
                    var approval = waiting.get(id);
                    if (approval != null && !ask(person, approval)) {
                        return;
                    }
                }
            }
        }
    }

    /// False when the person leaves.
    private boolean ask(Person person, Approval approval) throws IOException {
        show(approval);
        screen.line(PROMPT);
        person.look();
        while (true) {
            var answer = person.answer().map(String::strip);
            if (answer.isEmpty() || answer.get().equals("q")) {
                return false;
            }
            var words = answer.get().split("\\s+", 2);
            switch (words[0]) {
                case "y" -> decided(approval, true, words);
                case "n" -> decided(approval, false, words);
                case "s", "" -> waiting.remove(approval.getExecutionId());
                default -> {
                    screen.line(PROMPT);
                    continue;
                }
            }
            return true;
        }
    }

    private void decided(Approval approval, boolean approved, String[] words) {
        if (waiting.remove(approval.getExecutionId()) == null) {
            return; // it ended while the person looked at it, and that was said
        }
        try {
            send(approval, approved, words.length > 1 ? words[1] : "");
        } catch (RunnelException e) {
            if (e.reason().filter(OVER::contains).isEmpty()) {
                throw e;
            }
            screen.note(TerminalText.oneLine(approval.getExecutionId() + ": " + Words.ofRefusal(e)));
        }
    }

    private void watch() {
        try {
            client.watchApprovals(WatchApprovalsRequest.getDefaultInstance(), this::step);
        } catch (RunnelException e) {
            next.add(new Next.Over(e));
        }
    }

    private void step(WatchApprovalsResponse step) {
        switch (step.getStepCase()) {
            case APPROVAL -> {
                var approval = step.getApproval();
                waiting.put(approval.getExecutionId(), approval);
                next.add(new Next.Came(approval.getExecutionId()));
            }
            case ENDED -> {
                if (waiting.remove(step.getEnded().getExecutionId()) != null) {
                    screen.note(TerminalText.oneLine(ended(step.getEnded())));
                }
            }
            case SYNCED, HEARTBEAT, STEP_NOT_SET -> {}
        }
    }

    private static String ended(EndedApproval ended) {
        var by = ended.getDecidedBy().isEmpty() ? "" : " by " + ended.getDecidedBy();
        return "%s does not wait any more: %s%s".formatted(ended.getExecutionId(), Words.of(ended.getDecision()), by);
    }

    private void send(Approval approval, boolean approved, String reason) {
        var standing = client.decideApproval(DecideApprovalRequest.newBuilder()
                .setExecutionId(approval.getExecutionId())
                .setSpecDigest(approval.getResolvedSpec().getSpecDigest())
                .setApproved(approved)
                .setReason(reason)
                .build());
        screen.line(TerminalText.oneLine("%s %s by %s"
                .formatted(approval.getExecutionId(), approved ? "approved" : "denied", standing.getDecidedBy())));
    }

    private List<Approval> all() {
        var all = new ArrayList<Approval>();
        var token = "";
        do {
            var page = client.listApprovals(ListApprovalsRequest.newBuilder()
                    .setPageSize(PAGE)
                    .setPageToken(token)
                    .build());
            all.addAll(page.getApprovalsList());
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        return all;
    }

    private void show(Approval approval) {
        ApprovalText.of(approval, clock.instant()).forEach(screen::line);
    }
}
