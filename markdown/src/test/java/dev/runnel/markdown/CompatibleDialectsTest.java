package dev.runnel.markdown;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompatibleDialectsTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource("autogenMessages")
    void findsWhatAutogenFinds(Golden golden) {
        assertThat(MarkdownBlocks.extract(golden.message(), Dialect.AUTOGEN)).isEqualTo(golden.expected());
    }

    static Stream<Golden> autogenMessages() {
        return CompatibleMessages.autogen();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ag2Messages")
    void findsWhatAg2Finds(Golden golden) {
        assertThat(MarkdownBlocks.extract(golden.message(), Dialect.AG2)).isEqualTo(golden.expected());
    }

    static Stream<Golden> ag2Messages() {
        return CompatibleMessages.ag2();
    }

    @Test
    void autogenLooksForTheLanguagesItIsTold() {
        var dialect = new Dialect.Autogen(List.of("py", "c++", "sh", "shell"));

        var found = MarkdownBlocks.extract("```python\n``````C++\n``````shell\n``````py\n``````c+++\n```", dialect);

        assertThat(found).extracting(CodeBlock::info).containsExactly("C++", "shell", "py");
    }

    @Test
    void aLanguageIsComparedInLowerCaseAndKeptAsWritten() {
        var block = MarkdownBlocks.extract("```PyThon\n```", Dialect.AUTOGEN).getFirst();

        assertThat(block.language()).contains("python");
        assertThat(block.languageAsWritten()).contains("PyThon");
    }

    @Test
    void autogenLooksForWordsOnly() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Dialect.Autogen(List.of()))
                .withMessageContaining("at least one");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Dialect.Autogen(List.of("sh", "")))
                .withMessageContaining("''");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Dialect.Autogen(List.of("a\u00A0b")))
                .withMessageContaining("not one word");
    }

    /// What Python 3.11 answered for every code point.
    @Test
    void whiteSpaceIsPythons() {
        var white = "\t\n\u000B\f\r\u001C\u001D\u001E\u001F \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
                + "\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000";

        for (var codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            assertThat(PythonText.isWhiteSpace(codePoint))
                    .as("U+%04X", codePoint)
                    .isEqualTo(white.indexOf(codePoint) >= 0);
        }
    }

    /// The first takes minutes with AG2's expression, the others would with a scanner that looks twice at something;
    /// the bound here is only to come to an end.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a```sh\n",
                "```sh\n",
                "```\n",
                "```",
                "``` ",
                "```\n\n",
                "```sh",
                "`",
                " ",
                "\n",
                "\n ",
                "\r\n",
                "\n``",
                "```sh\n``",
                "```sh\n```",
                "# "
            })
    void aMessageWrittenToTakeLongDoesNot(String piece) {
        var message = piece.repeat(200_000) + "a" + "\n".repeat(200_000) + " ".repeat(200_000) + "a";

        for (var dialect : List.of(Dialect.AUTOGEN, Dialect.AG2)) {
            var blocks = Assertions.assertTimeoutPreemptively(
                    Duration.ofSeconds(30), () -> MarkdownBlocks.extract(message, dialect));

            assertThat(blocks).allMatch(CodeBlock::closed);
        }
    }
}
