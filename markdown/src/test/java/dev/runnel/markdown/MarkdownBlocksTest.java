package dev.runnel.markdown;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MarkdownBlocksTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource("goldenMessages")
    void findsTheBlocksOfAMessage(Golden golden) {
        assertThat(MarkdownBlocks.extract(golden.message())).isEqualTo(golden.expected());
    }

    static Stream<Golden> goldenMessages() {
        return GoldenMessages.all();
    }

    @Test
    void theLanguageIsTheFirstWordInLowerCase() {
        var block = MarkdownBlocks.extract("```PyThon  Extra\n```").getFirst();

        assertThat(block.language()).contains("python");
        assertThat(block.languageAsWritten()).contains("PyThon");
        assertThat(block.info()).isEqualTo("PyThon  Extra");
    }

    @Test
    void aLanguageIsLowerCasedTheSameInEveryCountry() {
        assertThat(MarkdownBlocks.extract("```INI\n```").getFirst().language()).contains("ini");
    }

    @Test
    void aBlockWithoutInfoHasNoLanguage() {
        assertThat(MarkdownBlocks.extract("```\n```").getFirst().language()).isEmpty();
    }

    @Test
    void nulInCodeIsReplacedAndCountsOneByte() {
        var block = MarkdownBlocks.extract("\0\n```\na\0\n```").getFirst();

        assertThat(block.code()).isEqualTo("a\uFFFD\n");
        assertThat(block.codeSpan()).isEqualTo(new Span(6, 9, 3, 3));
    }

    @Test
    void halfASurrogatePairCountsOneByte() {
        var block = MarkdownBlocks.extract("\uD83D\n```\n\uDE00\n```").getFirst();

        assertThat(block.codeSpan()).isEqualTo(new Span(6, 8, 3, 3));
    }

    /// Each takes minutes or a stack's end where depth or blank lines are not bounded; the bound here is only to
    /// come to an end.
    @ParameterizedTest
    @ValueSource(strings = {"> ", "- ", "1. ", ">", "[", "`", "*", "[a](", "<a ", "&", "\\", "[a]:\n", "```\n", "\n> "})
    void aMessageWrittenToTakeLongDoesNot(String piece) {
        var message = piece.repeat(100_000) + "\n" + "\n".repeat(100_000) + "```py\nx\n```\n";

        var blocks =
                Assertions.assertTimeoutPreemptively(Duration.ofSeconds(30), () -> MarkdownBlocks.extract(message));

        assertThat(blocks).isNotNull();
    }

    @Test
    void aFileNameIsFoundQuicklyInALineOfBlanks() {
        var message = "```\n# filename: a" + " ".repeat(500_000) + "b\n```";

        var blocks =
                Assertions.assertTimeoutPreemptively(Duration.ofSeconds(30), () -> MarkdownBlocks.extract(message));

        assertThat(blocks.getFirst().fileName()).isPresent();
    }

    @Test
    void aHundredContainersDeepIsStillABlockAndDeeperIsText() {
        assertThat(MarkdownBlocks.extract("> ".repeat(98) + "```\n")).hasSize(1);
        assertThat(MarkdownBlocks.extract("> ".repeat(200) + "```\n")).isEmpty();
    }
}
