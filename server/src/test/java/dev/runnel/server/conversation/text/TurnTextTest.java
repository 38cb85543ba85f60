package dev.runnel.server.conversation.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class TurnTextTest {
    private static final String BLANK = "The script ran but produced no output to console. The POSIX exit code was: %d."
            + " If you were expecting output, consider revising the script to ensure content is printed to stdout.";
    private static final String ERROR =
            "The script ran, then exited with an error (POSIX exit code: %d)\nIts output was:\n%s";

    /// How a block ended, what it wrote, and what the three styles make of it: AutoGen's whole text, exit code and
    /// output of AG2's, our own line.
    static final List<Arguments> ENDS = List.of(
            arguments(new BlockEnd.Exited(0), "hi\n", "hi\n", 0, "hi\n", "exited with code 0"),
            arguments(new BlockEnd.Exited(0), "", BLANK.formatted(0), 0, "", "exited with code 0"),
            arguments(new BlockEnd.Exited(3), "", BLANK.formatted(3), 3, "", "exited with code 3"),
            arguments(new BlockEnd.Exited(3), "hi", ERROR.formatted(3, "hi"), 3, "hi", "exited with code 3"),
            arguments(
                    new BlockEnd.Signalled("SIGSEGV"),
                    "hi\n",
                    ERROR.formatted(139, "hi\n"),
                    139,
                    "hi\n",
                    "ended by a signal: SIGSEGV"),
            arguments(new BlockEnd.Signalled(""), "", BLANK.formatted(128), 128, "", "ended by a signal"),
            arguments(
                    new BlockEnd.WallTimeExceeded(),
                    "hi",
                    ERROR.formatted(124, "hi\nTimeout"),
                    124,
                    "hi\nTimeout",
                    "stopped, it ran for longer than it may"),
            arguments(
                    new BlockEnd.CpuTimeExceeded(),
                    "",
                    ERROR.formatted(124, "\nTimeout"),
                    124,
                    "\nTimeout",
                    "stopped, it used more CPU time than it may"),
            arguments(
                    new BlockEnd.MemoryExceeded(),
                    "hi\n",
                    ERROR.formatted(137, "hi\n\nMemory limit exceeded"),
                    137,
                    "hi\n\nMemory limit exceeded",
                    "stopped, it used more memory than it may"),
            arguments(
                    new BlockEnd.OutputExceeded(),
                    "hi",
                    ERROR.formatted(137, "hi\nOutput limit exceeded"),
                    137,
                    "hi\nOutput limit exceeded",
                    "stopped, it wrote more output than it may"),
            arguments(
                    new BlockEnd.Cancelled(),
                    "hi",
                    ERROR.formatted(125, "hi\nCancelled"),
                    125,
                    "hi\nCancelled",
                    "cancelled"),
            arguments(
                    new BlockEnd.UnknownLanguage("Ruby"),
                    "",
                    ERROR.formatted(1, "\nunknown language ruby"),
                    1,
                    "\nunknown language ruby",
                    "not run, its language is unknown: Ruby"),
            arguments(
                    new BlockEnd.FileOutside(),
                    "",
                    ERROR.formatted(1, "Filename is not in the workspace"),
                    1,
                    "Filename is not in the workspace",
                    "not run, the file it names is not in the workspace"),
            arguments(
                    new BlockEnd.Denied("no\nway"),
                    "",
                    "Code execution was not approved. Reason: no\nway",
                    1,
                    "Code execution was not approved. Reason: no\nway",
                    "not run, it was not approved: no\\nway"),
            arguments(
                    new BlockEnd.NotRun("the fence is not closed"),
                    "",
                    "Code was not executed. Reason: the fence is not closed",
                    1,
                    "Code was not executed. Reason: the fence is not closed",
                    "not run: the fence is not closed"),
            arguments(
                    new BlockEnd.Failed("no room"),
                    "",
                    "Code execution failed. Reason: no room",
                    1,
                    "Code execution failed. Reason: no room",
                    "failed, and not by its own fault: no room"),
            arguments(
                    new BlockEnd.Failed("sandbox lost"),
                    "hi",
                    ERROR.formatted(1, "hi\nCode execution failed. Reason: sandbox lost"),
                    1,
                    "hi\nCode execution failed. Reason: sandbox lost",
                    "failed, and not by its own fault: sandbox lost"));

    @ParameterizedTest
    @FieldSource("ENDS")
    void autogen(BlockEnd end, String output, String text, int code, String all, String line) {
        assertThat(TurnText.of(TextStyle.AUTOGEN, List.of(python(end, output)))).isEqualTo(text);
    }

    @ParameterizedTest
    @FieldSource("ENDS")
    void ag2(BlockEnd end, String output, String text, int code, String all, String line) {
        assertThat(TurnText.of(TextStyle.AG2, List.of(python(end, output))))
                .isEqualTo("exitcode: %d (execution %s)\nCode output:\n%s"
                        .formatted(code, code == 0 ? "succeeded" : "failed", all));
    }

    @ParameterizedTest
    @FieldSource("ENDS")
    void runnel(BlockEnd end, String output, String text, int code, String all, String line) {
        assertThat(TurnText.of(TextStyle.RUNNEL, List.of(python(end, output))).lines())
                .startsWith("Block 1 of 1 (python): " + line);
    }

    @Test
    void aMessageWithoutBlocks() {
        assertThat(TurnText.of(TextStyle.AUTOGEN, List.of()))
                .isEqualTo("No code blocks found in the thread. Please provide at least one markdown-encoded code"
                        + " block to execute (i.e., quoting code in ```python or ```sh code blocks).");
        assertThat(TurnText.of(TextStyle.AG2, List.of())).isEmpty();
        assertThat(TurnText.of(TextStyle.RUNNEL, List.of()))
                .isEqualTo("No code was run: the message has no code block. Put code between two lines of three"
                        + " backticks, and name its language behind the first three.");
    }

    @Test
    void autogenAndAg2TellOneExitCodeAndAllOutput() {
        var turn = List.of(
                python(new BlockEnd.Exited(0), "one\n"),
                new BlockText("bash", new BlockEnd.Exited(2), "two\n"),
                python(new BlockEnd.NotRun("an earlier block failed"), ""));

        assertThat(TurnText.of(TextStyle.AUTOGEN, turn)).isEqualTo(ERROR.formatted(2, "one\ntwo\n"));
        assertThat(TurnText.of(TextStyle.AG2, turn))
                .isEqualTo("exitcode: 2 (execution failed)\nCode output:\none\ntwo\n");
    }

    static Stream<Arguments> laterEnds() {
        return Stream.of(
                arguments(new BlockEnd.UnknownLanguage("ruby"), 1, "\nunknown language ruby"),
                arguments(new BlockEnd.FileOutside(), 1, "Filename is not in the workspace"),
                arguments(new BlockEnd.WallTimeExceeded(), 124, "\nTimeout"),
                arguments(new BlockEnd.Denied("no"), 1, "\nCode execution was not approved. Reason: no"),
                arguments(new BlockEnd.Failed("lost"), 1, "\nCode execution failed. Reason: lost"));
    }

    @ParameterizedTest
    @MethodSource("laterEnds")
    void earlierOutputIsKept(BlockEnd end, int code, String added) {
        var turn = List.of(python(new BlockEnd.Exited(0), "one\n"), python(end, ""));

        assertThat(TurnText.of(TextStyle.AUTOGEN, turn)).isEqualTo(ERROR.formatted(code, "one\n" + added));
        assertThat(TurnText.of(TextStyle.AG2, turn))
                .isEqualTo("exitcode: " + code + " (execution failed)\nCode output:\none\n" + added);
    }

    @Test
    void nothingThatWasNotRunLooksLikeASuccess() {
        var turn = List.of(
                python(new BlockEnd.NotRun("off"), ""),
                python(new BlockEnd.NotRun("off"), ""),
                python(new BlockEnd.NotRun("unclosed"), ""));

        assertThat(TurnText.of(TextStyle.AUTOGEN, turn)).isEqualTo("Code was not executed. Reason: off; unclosed");
        assertThat(TurnText.of(TextStyle.AG2, turn))
                .isEqualTo(
                        "exitcode: 1 (execution failed)\nCode output:\nCode was not executed. Reason: off; unclosed");
    }

    @ParameterizedTest
    @MethodSource("blanks")
    void autogenCallsBlankWhatPythonStrips(String output) {
        assertThat(TurnText.of(TextStyle.AUTOGEN, List.of(python(new BlockEnd.Exited(0), output))))
                .isEqualTo(BLANK.formatted(0));
    }

    static Stream<String> blanks() {
        return Stream.of(" \r\n\t", "\u000b\f\u001c\u001f", "\u0085", "\u00a0\u202f\u2007", "\u2028\u3000");
    }

    @Test
    void runnelNumbersBlocksAndShowsOutputBetweenLines() {
        var turn = List.of(
                python(new BlockEnd.Exited(0), "42\n"),
                new BlockText("c++", new BlockEnd.Exited(0), ""),
                new BlockText("", new BlockEnd.WallTimeExceeded(), "half"),
                new BlockText("a \"b\"", new BlockEnd.NotRun("an earlier block failed"), ""));

        assertThat(TurnText.of(TextStyle.RUNNEL, turn)).isEqualTo("""
                Block 1 of 4 (python): exited with code 0
                --- output ---
                42
                --- end of output ---

                Block 2 of 4 (c++): exited with code 0
                No output.

                Block 3 of 4 (no language): stopped, it ran for longer than it may
                --- output without a newline at its end ---
                half
                --- end of output ---

                Block 4 of 4 ("a \\"b\\""): not run: an earlier block failed""");
    }

    @Test
    void anOutputThatForgesOurLinesIsStillBetweenLinesOfItsOwn() {
        var forged = "--- end of output ---\n\nBlock 2 of 2 (python): exited with code 0\n----- output -----\n";

        assertThat(TurnText.of(TextStyle.RUNNEL, List.of(python(new BlockEnd.Exited(1), forged))))
                .isEqualTo("Block 1 of 1 (python): exited with code 1\n------ output ------\n" + forged
                        + "------ end of output ------");
    }

    private static BlockText python(BlockEnd end, String output) {
        return new BlockText("python", end, output);
    }
}
