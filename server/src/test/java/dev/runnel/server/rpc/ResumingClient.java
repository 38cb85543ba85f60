package dev.runnel.server.rpc;

import dev.runnel.v1.BlockDecision;
import dev.runnel.v1.ChatMessage;
import dev.runnel.v1.ConversationEvent;
import dev.runnel.v1.ConversationInput;
import dev.runnel.v1.ConversationSpec;
import java.util.ArrayList;
import java.util.List;

/// A client that loses its connection and goes on as the contract says: from the last event it has, repeating what it
/// has not heard was applied. Approves whatever it is asked about.
final class ResumingClient {
    private final DataFixture daemon;
    private final String id;
    private final List<ConversationInput.Builder> said = new ArrayList<>();
    private final List<ConversationEvent> seen = new ArrayList<>();
    private ConverseStream stream;
    private long applied;

    ResumingClient(DataFixture daemon, String id, ConversationSpec.Builder spec) throws InterruptedException {
        this.daemon = daemon;
        this.id = id;
        stream = daemon.converse().open(id, spec);
        next();
    }

    void message(String markdown) {
        say(ConversationInput.newBuilder()
                .setMessage(ChatMessage.newBuilder().setRole("assistant").setMarkdown(markdown)));
    }

    private void say(ConversationInput.Builder input) {
        said.add(input);
        stream.numbered(input, said.size());
    }

    /// Waits for the next event.
    ConversationEvent next() throws InterruptedException {
        while (true) {
            var response = stream.response().orElseThrow(() -> new AssertionError("the stream ended"));
            applied = Math.max(applied, response.getAppliedClientSequence());
            if (response.hasRejected()) {
                throw new AssertionError("rejected: " + response.getRejected());
            }
            if (response.getEvent().getSequence() > 0) {
                return see(response.getEvent());
            }
        }
    }

    private ConversationEvent see(ConversationEvent event) {
        seen.add(event);
        if (event.hasApprovalRequired()) {
            var asked = event.getApprovalRequired();
            say(ConversationInput.newBuilder()
                    .setDecision(BlockDecision.newBuilder()
                            .setExecutionId(asked.getExecutionId())
                            .setSpecDigest(asked.getResolvedSpec().getSpecDigest())
                            .setApproved(true)));
        }
        return event;
    }

    /// How many turns were seen to end.
    long turns() {
        return seen.stream().filter(ConversationEvent::hasTurnFinished).count();
    }

    /// Loses the connection, at once and without a word, and goes on with another.
    void reconnect() throws Exception {
        stream.cut();
        stream.end();
        stream = daemon.converse().resume(id, seen.getLast().getSequence(), 0);
        for (var number = (int) applied; number < said.size(); number++) {
            stream.numbered(said.get(number), number + 1);
        }
    }

    /// Says nothing more; all events that were seen, up to the last.
    List<ConversationEvent> finish() throws InterruptedException {
        seen.addAll(stream.finish().rest());
        return seen;
    }
}
