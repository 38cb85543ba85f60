package dev.runnel.server.conversation;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// Something that happened in a conversation, with the number it got when it was made.
///
/// @param sequence from 1, without gaps
/// @param turn from 1; 0: none
public record ConversationEvent(long sequence, Instant time, int turn, Step step) {
    /// What an event takes beside its bytes, roughly.
    private static final int WEIGHT = 256;

    /// Bytes it counts for where memory is bounded.
    long weight() {
        return WEIGHT
                + switch (step) {
                    case Step.Output output -> output.data().remaining();
                    case Step.Extracted(var blocks) ->
                        blocks.stream()
                                .mapToLong(block -> WEIGHT + length(block.code()))
                                .sum();
                    case Step.TurnFinished finished -> length(finished.text());
                    default -> 0;
                };
    }

    private static long length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
