package dev.runnel.server.conversation.text;

import java.util.List;

/// The words of AG2, `ConversableAgent._generate_code_execution_reply_using_executor`.
final class Ag2Text {
    private Ag2Text() {}

    /// The text; empty without blocks, because AG2 makes no reply then.
    static String of(List<BlockText> blocks) {
        if (blocks.isEmpty()) {
            return "";
        }
        var result = SingleResult.of(blocks);
        var words = result.exitCode() == 0 ? "execution succeeded" : "execution failed";
        return "exitcode: " + result.exitCode() + " (" + words + ")\nCode output:\n" + result.output();
    }
}
