package dev.runnel.client;

import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/// Reads the styles that tell one exit code and one output for all blocks of a turn.
final class SingleResultParser {
    private static final String NO_BLOCKS = "No code blocks found in the thread. Please provide at least one"
            + " markdown-encoded code block to execute (i.e., quoting code in ```python or ```sh code blocks).";

    /// Sentences that stand alone where no block was handed to an executor.
    private static final List<String> NOT_RUN = List.of(
            "Code execution was not approved. Reason: ",
            "Code execution failed. Reason: ",
            "Code was not executed. Reason: ");

    private static final Pattern BLANK = Pattern.compile(
            "The script ran but produced no output to console\\. The POSIX exit code was: (-?\\d{1,9})\\."
                    + " If you were expecting output, consider revising the script to ensure content is printed to"
                    + " stdout\\.");
    private static final Pattern ERROR = Pattern.compile(
            "The script ran, then exited with an error \\(POSIX exit code: (-?[1-9]\\d{0,8})\\)\\nIts output was:\\n");
    private static final Pattern AG2 =
            Pattern.compile("exitcode: (-?\\d{1,9}) \\(execution (succeeded|failed)\\)\\nCode output:(?:[\\n ]|\\z)");

    private SingleResultParser() {}

    /// Everything that is not blank is a text of AutoGen's: what a program wrote that exited with 0 stands alone.
    static ResultText autogen(String text) {
        if (text.isBlank()) {
            throw new ResultTextException("not a result in AutoGen's style: the text is blank");
        }
        if (text.equals(NO_BLOCKS)) {
            return new ResultText(OptionalInt.empty(), "", List.of());
        }
        var blank = BLANK.matcher(text);
        if (blank.matches()) {
            return result(Integer.parseInt(blank.group(1)), "");
        }
        var error = ERROR.matcher(text);
        if (error.lookingAt()) {
            return result(Integer.parseInt(error.group(1)), text.substring(error.end()));
        }
        return result(NOT_RUN.stream().anyMatch(text::startsWith) ? 1 : 0, text);
    }

    /// Takes both a line end and AG2's own blank after `Code output:`.
    static ResultText ag2(String text) {
        if (text.isEmpty()) {
            return new ResultText(OptionalInt.empty(), "", List.of());
        }
        var start = AG2.matcher(text);
        if (!start.lookingAt()) {
            throw new ResultTextException("not a result in AG2's style: it does not begin with \"exitcode: N"
                    + " (execution succeeded)\" or \"(execution failed)\" and a line \"Code output:\"");
        }
        var code = Integer.parseInt(start.group(1));
        if ((code == 0) != start.group(2).equals("succeeded")) {
            throw new ResultTextException(
                    "not a result in AG2's style: exit code " + code + " and \"" + start.group(2) + "\"");
        }
        return result(code, text.substring(start.end()));
    }

    private static ResultText result(int exitCode, String output) {
        return new ResultText(OptionalInt.of(exitCode), output, List.of());
    }
}
