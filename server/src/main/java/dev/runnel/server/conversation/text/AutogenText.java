package dev.runnel.server.conversation.text;

import java.util.List;

/// The words of AutoGen 0.7.5, `CodeExecutorAgent.execute_code_block`.
final class AutogenText {
    /// `CodeExecutorAgent.NO_CODE_BLOCKS_FOUND_MESSAGE`
    private static final String NO_BLOCKS = "No code blocks found in the thread. Please provide at least one"
            + " markdown-encoded code block to execute (i.e., quoting code in ```python or ```sh code blocks).";

    /// A character beyond Java's white space for which Python's `str.isspace` holds.
    private static final int NEXT_LINE = 0x85;

    private AutogenText() {}

    static String of(List<BlockText> blocks) {
        if (blocks.isEmpty()) {
            return NO_BLOCKS;
        }
        var result = SingleResult.of(blocks);
        if (!result.ran()) {
            // A denial is returned as it is; the sentences below are only for what was handed to an executor.
            return result.output();
        }
        if (isBlank(result.output())) {
            return "The script ran but produced no output to console. The POSIX exit code was: " + result.exitCode()
                    + ". If you were expecting output, consider revising the script to ensure content is printed to"
                    + " stdout.";
        }
        if (result.exitCode() != 0) {
            return "The script ran, then exited with an error (POSIX exit code: " + result.exitCode()
                    + ")\nIts output was:\n" + result.output();
        }
        return result.output();
    }

    /// What Python's `str.strip` leaves nothing of.
    private static boolean isBlank(String text) {
        return text.chars().allMatch(c -> Character.isWhitespace(c) || Character.isSpaceChar(c) || c == NEXT_LINE);
    }
}
