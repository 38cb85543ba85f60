package dev.runnel.server.conversation.text;

import java.util.List;
import java.util.regex.Pattern;

/// Our own style, made to be read by a model and to be parsed back:
///
///     Block 1 of 2 (python): exited with code 0
///     --- output ---
///     42
///     --- end of output ---
///
///     Block 2 of 2 (bash): not run, it was not approved: too dangerous
///
/// Whatever a program writes, it can't forge a block or the end of its output: the lines around an output begin with
/// more dashes than any line in it that has the word "output". Languages and reasons stay on their line, escaped.
final class NumberedBlocks {
    private static final String NO_BLOCKS = "No code was run: the message has no code block. Put code between two"
            + " lines of three backticks, and name its language behind the first three.";

    private static final Pattern PLAIN_LANGUAGE = Pattern.compile("[A-Za-z0-9+#._-]+");
    private static final String MARKED_WORD = "output";
    private static final int FEWEST_DASHES = 3;

    private NumberedBlocks() {}

    static String text(List<BlockText> blocks) {
        if (blocks.isEmpty()) {
            return NO_BLOCKS;
        }
        var text = new StringBuilder();
        for (var i = 0; i < blocks.size(); i++) {
            var block = blocks.get(i);
            text.append(i == 0 ? "" : "\n\n")
                    .append("Block ")
                    .append(i + 1)
                    .append(" of ")
                    .append(blocks.size())
                    .append(" (")
                    .append(language(block.language()))
                    .append("): ")
                    .append(end(block.end()));
            appendOutput(text, block);
        }
        return text.toString();
    }

    private static String language(String name) {
        if (name.isEmpty()) {
            return "no language";
        }
        return PLAIN_LANGUAGE.matcher(name).matches()
                ? name
                : '"' + escaped(name).replace("\"", "\\\"") + '"';
    }

    private static String end(BlockEnd end) {
        return switch (end) {
            case BlockEnd.Exited(var code) -> "exited with code " + code;
            case BlockEnd.Signalled(var name) -> because("ended by a signal", name);
            case BlockEnd.WallTimeExceeded() -> "stopped, it ran for longer than it may";
            case BlockEnd.CpuTimeExceeded() -> "stopped, it used more CPU time than it may";
            case BlockEnd.MemoryExceeded() -> "stopped, it used more memory than it may";
            case BlockEnd.OutputExceeded() -> "stopped, it wrote more output than it may";
            case BlockEnd.Cancelled() -> "cancelled";
            case BlockEnd.Denied(var reason) -> because("not run, it was not approved", reason);
            case BlockEnd.UnknownLanguage(var name) -> because("not run, its language is unknown", name);
            case BlockEnd.FileOutside() -> "not run, the file it names is not in the workspace";
            case BlockEnd.NotRun(var why) -> because("not run", why);
            case BlockEnd.Failed(var message) -> because("failed, and not by its own fault", message);
        };
    }

    private static String because(String what, String why) {
        return why.isEmpty() ? what : what + ": " + escaped(why);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }

    private static void appendOutput(StringBuilder text, BlockText block) {
        var output = block.output();
        if (output.isEmpty()) {
            text.append(wasRun(block.end()) ? "\nNo output." : "");
            return;
        }
        var whole = output.endsWith("\n");
        var dashes = "-".repeat(Math.max(FEWEST_DASHES, longestMarker(output) + 1));
        text.append('\n')
                .append(dashes)
                .append(whole ? " output " : " output without a newline at its end ")
                .append(dashes)
                .append('\n')
                .append(output)
                .append(whole ? "" : "\n")
                .append(dashes)
                .append(" end of output ")
                .append(dashes);
    }

    private static boolean wasRun(BlockEnd end) {
        return switch (end) {
            case BlockEnd.Exited _,
                    BlockEnd.Signalled _,
                    BlockEnd.WallTimeExceeded _,
                    BlockEnd.CpuTimeExceeded _,
                    BlockEnd.MemoryExceeded _,
                    BlockEnd.OutputExceeded _,
                    BlockEnd.Cancelled _,
                    BlockEnd.Failed _ -> true;
            case BlockEnd.Denied _, BlockEnd.UnknownLanguage _, BlockEnd.FileOutside _, BlockEnd.NotRun _ -> false;
        };
    }

    /// The most dashes in a row in those lines that could be taken for one of ours.
    private static int longestMarker(String output) {
        return output.lines()
                .filter(line -> line.contains(MARKED_WORD))
                .mapToInt(NumberedBlocks::longestRunOfDashes)
                .max()
                .orElse(0);
    }

    private static int longestRunOfDashes(String line) {
        var longest = 0;
        var run = 0;
        for (var i = 0; i < line.length(); i++) {
            run = line.charAt(i) == '-' ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest;
    }
}
