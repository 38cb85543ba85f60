package dev.runnel.server.conversation.text;

import java.util.List;

/// Tells a model what became of a turn. Pure functions.
public final class TurnText {
    private TurnText() {}

    /// The text.
    ///
    /// @param blocks those that were selected, in their order; none is a turn without code
    public static String of(TextStyle style, List<BlockText> blocks) {
        return switch (style) {
            case RUNNEL -> NumberedBlocks.text(blocks);
            case AUTOGEN -> AutogenText.of(blocks);
            case AG2 -> Ag2Text.of(blocks);
        };
    }
}
