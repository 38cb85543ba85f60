package dev.runnel.client;

import static dev.runnel.v1.TextStyle.TEXT_STYLE_AG2;
import static dev.runnel.v1.TextStyle.TEXT_STYLE_AUTOGEN;
import static dev.runnel.v1.TextStyle.TEXT_STYLE_RUNNEL;
import static dev.runnel.v1.TextStyle.TEXT_STYLE_UNSPECIFIED;
import static dev.runnel.v1.TextStyle.UNRECOGNIZED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.client.ResultText.Block;
import dev.runnel.client.ResultText.Ending;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultTextTest {
    private static final String TWO_BLOCKS = """
            Block 1 of 2 (python): exited with code 0
            ---- output without a newline at its end ----
            --- end of output ---
            42
            ---- end of output ----

            Block 2 of 2 ("my \\"sh\\""): not run, it was not approved: C:\\\\ is\\nmine""";

    @Test
    void runnelGivesBackEveryBlock() {
        var result = ResultText.parse(TEXT_STYLE_RUNNEL, TWO_BLOCKS);

        assertThat(result.blocks())
                .containsExactly(
                        new Block("python", Ending.EXITED, OptionalInt.of(0), "", "--- end of output ---\n42"),
                        new Block("my \"sh\"", Ending.DENIED, OptionalInt.empty(), "C:\\ is\nmine", ""));
        assertThat(result.output()).isEqualTo("--- end of output ---\n42");
        assertThat(result.exitCode()).isEmpty();
        assertThat(result.succeeded()).isFalse();
    }

    @Test
    void aLineEndAtTheEndOfTheFileItWasKeptInDoesNotMatter() {
        assertThat(ResultText.parse(TEXT_STYLE_UNSPECIFIED, TWO_BLOCKS + "\n"))
                .isEqualTo(ResultText.parse(TEXT_STYLE_RUNNEL, TWO_BLOCKS));
    }

    @Test
    void theExitCodeIsThatOfTheFirstBlockThatDidNotSucceed() {
        var text = "Block 1 of 3 (sh): exited with code 0\nNo output.\n\nBlock 2 of 3 (sh): exited with code 4\n"
                + "No output.\n\nBlock 3 of 3 (sh): not run";

        assertThat(ResultText.parse(TEXT_STYLE_RUNNEL, text).exitCode()).hasValue(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hello| line 1: expected \"Block N of M (language): how it ended\"",
                "``| line 1: expected \"Block N of M (language): how it ended\"",
                "Block 2 of 2 (sh): cancelled| line 1: block 2 of 2 can't be the next after 0",
                "Block 1 of 0 (sh): cancelled| line 1: block 1 of 0 can't be the next after 0",
                "Block 1 of 1 sh: cancelled| line 1: expected \"Block N of M (language): how it ended\"",
                "Block 1 of 1 (sh) cancelled| line 1: expected the block's language in brackets, and a colon",
                "Block 1 of 1 (\"sh): cancelled| line 1: expected the block's language in brackets, and a colon",
                "Block 1 of 1 (a b): cancelled| line 1: a language that should be in quotation marks: a b",
                "Block 1 of 1 (\"\\x\"): cancelled| line 1: \\x is no escape",
                "Block 1 of 1 (sh): not run: why\\| line 1: a backslash with nothing after it",
                "Block 1 of 1 (sh): exploded| line 1: no block ends like this: exploded",
                "Block 1 of 1 (sh): exited with code: 3| line 1: no block ends like this: exited with code: 3",
                "Block 1 of 1 (sh): cancelled~hello| line 2: expected the block's output, \"No output.\" or an empty line",
                "Block 1 of 1 (sh): cancelled~--- output ----~| line 2: expected the block's output, \"No output.\" or an"
                        + " empty line",
                "Block 1 of 1 (sh): cancelled~--- output ---~hi~---- end of output ----| line 5: the text ends too early",
                "Block 1 of 1 (sh): cancelled~--- output ---~--- end of output ---| line 3: an output between its lines can't"
                        + " be empty",
                "Block 1 of 1 (sh): cancelled~No output.~more| line 2: there is more after the last block",
                "Block 1 of 2 (sh): cancelled| line 2: the text ends too early",
                "Block 1 of 2 (sh): cancelled~No output.~Block 2 of 2 (sh): not run| line 3: expected an empty line between two"
                        + " blocks",
                "Block 1 of 2 (sh): cancelled~~Block 2 of 3 (sh): not run| line 3: block 2 does not say that there are 2",
            })
    void whatIsNoTextOfRunnelsIsRefusedWithItsLine(String text, String message) {
        assertThatThrownBy(() -> ResultText.parse(TEXT_STYLE_RUNNEL, text.replace('~', '\n')))
                .isInstanceOf(ResultTextException.class)
                .hasMessage("not a result in Runnel's style: " + message);
    }

    @Test
    void ag2ReadsWhatItsDocumentsShowAndWhatItsSourceWrites() {
        var expected = new ResultText(OptionalInt.of(0), "=== END OF REPORT ===\n", List.of());

        assertThat(ResultText.parse(
                        TEXT_STYLE_AG2, "exitcode: 0 (execution succeeded)\nCode output:\n=== END OF REPORT ===\n"))
                .isEqualTo(expected);
        assertThat(ResultText.parse(
                        TEXT_STYLE_AG2, "exitcode: 0 (execution succeeded)\nCode output: === END OF REPORT ===\n"))
                .isEqualTo(expected);
        assertThat(ResultText.parse(TEXT_STYLE_AG2, "exitcode: -9 (execution failed)\nCode output:"))
                .isEqualTo(new ResultText(OptionalInt.of(-9), "", List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello",
                " exitcode: 0 (execution succeeded)\nCode output:\n",
                "exitcode: 0 (execution failed)\nCode output:\n",
                "exitcode: 1 (execution succeeded)\nCode output:\n",
                "exitcode: 99999999999 (execution failed)\nCode output:\n",
                "exitcode: 0 (execution succeeded)\nCode output:x",
                "exitcode: 0 (execution succeeded)",
            })
    void whatIsNoTextOfAg2sIsRefused(String text) {
        assertThatThrownBy(() -> ResultText.parse(TEXT_STYLE_AG2, text))
                .isInstanceOf(ResultTextException.class)
                .hasMessageStartingWith("not a result in AG2's style: ");
    }

    @Test
    void autogenReadsItsSentences() {
        var blank =
                "The script ran but produced no output to console. The POSIX exit code was: 2. If you were expecting"
                        + " output, consider revising the script to ensure content is printed to stdout.";
        var error = "The script ran, then exited with an error (POSIX exit code: 124)\nIts output was:\nhi\nTimeout";
        var denied = "Code execution was not approved. Reason: no";

        assertThat(autogen("hi\n")).isEqualTo(new ResultText(OptionalInt.of(0), "hi\n", List.of()));
        assertThat(autogen(blank)).isEqualTo(new ResultText(OptionalInt.of(2), "", List.of()));
        assertThat(autogen(error)).isEqualTo(new ResultText(OptionalInt.of(124), "hi\nTimeout", List.of()));
        assertThat(autogen(denied)).isEqualTo(new ResultText(OptionalInt.of(1), denied, List.of()));
        assertThatThrownBy(() -> autogen(" \n"))
                .isInstanceOf(ResultTextException.class)
                .hasMessage("not a result in AutoGen's style: the text is blank");
    }

    @Test
    void aStyleThatIsNotKnownIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ResultText.parse(UNRECOGNIZED, "hi"));
    }

    private static ResultText autogen(String text) {
        return ResultText.parse(TEXT_STYLE_AUTOGEN, text);
    }
}
