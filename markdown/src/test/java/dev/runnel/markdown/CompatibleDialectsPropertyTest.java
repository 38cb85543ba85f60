package dev.runnel.markdown;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;

@StatisticsReport(onFailureOnly = true)
class CompatibleDialectsPropertyTest {
    private static final String WORDS = "python|Python|py|sh|SH|ſh|\u212Aotlin|kotlin|c++|INI|ın\u0131|İni|shell|_|9|½"
            + "|\u0301|é|漢|𝐀|😀|\uD83D|\uDE00|x = 1|?|~~~|\0|pip|python a|python3 a|> |- ";

    private static final List<String> LANGUAGES = List.of("sh", "Kotlin", "c++", "ini", "shell");

    @Property(tries = 10_000)
    void findsWhatTheExpressionOfAutogenFinds(@ForAll("messages") String message) {
        var found = MarkdownBlocks.extract(message, Dialect.AUTOGEN);

        assertThat(found)
                .isEqualTo(UpstreamExpression.autogen(List.of("python", "sh")).extract(message));
        collect(found);
    }

    @Property(tries = 10_000)
    void findsWhatTheExpressionOfAutogenFindsForOtherLanguages(@ForAll("messages") String message) {
        var found = MarkdownBlocks.extract(message, new Dialect.Autogen(LANGUAGES));

        assertThat(found).isEqualTo(UpstreamExpression.autogen(LANGUAGES).extract(message));
        collect(found);
    }

    @Property(tries = 10_000)
    void findsWhatTheExpressionOfAg2Finds(@ForAll("messages") String message) {
        var found = MarkdownBlocks.extract(message, Dialect.AG2);

        assertThat(found).isEqualTo(UpstreamExpression.ag2().extract(message));
        collect(found);
    }

    /// Messages that have no block, and such as have several, or a file name, must not be rare.
    private static void collect(List<CodeBlock> found) {
        var kind = found.isEmpty() ? "none" : found.size() == 1 ? "one" : "several";
        Statistics.label("blocks").collect(kind).coverage(coverage -> {
            coverage.check("none").percentage(share -> share > 5);
            coverage.check("one").percentage(share -> share > 5);
            coverage.check("several").percentage(share -> share > 5);
        });
        Statistics.label("file name")
                .collect(found.stream().anyMatch(block -> block.fileName().isPresent()))
                .coverage(coverage -> coverage.check(true).percentage(share -> share > 2));
    }

    @Property
    void anyStringIsAMessage(@ForAll String message, @ForAll("dialects") Dialect dialect) {
        assertThat(MarkdownBlocks.extract(message, dialect)).allMatch(CodeBlock::closed);
    }

    @Property
    void codeIsJustWhatItsSpanNames(@ForAll("messages") String message, @ForAll("dialects") Dialect dialect) {
        for (var block : MarkdownBlocks.extract(message, dialect)) {
            var bytes = block.code().getBytes(StandardCharsets.UTF_8);

            assertThat(Utf8.at(block.codeSpan(), message)).isEqualTo(new String(bytes, StandardCharsets.UTF_8));
        }
    }

    @Property
    void blocksStandInTheMessageInItsOrderBetweenBackticks(
            @ForAll("messages") String message, @ForAll("dialects") Dialect dialect) {
        var end = 0;
        for (var block : MarkdownBlocks.extract(message, dialect)) {
            assertThat(Utf8.at(block.block(), message)).startsWith("```").endsWith("```");
            assertThat(block.block().start()).isGreaterThanOrEqualTo(end);
            assertThat(block.codeSpan().start()).isGreaterThan(block.block().start() + 3);
            assertThat(block.codeSpan().end()).isLessThanOrEqualTo(block.block().end() - 3);
            end = block.block().end();
        }
        assertThat(end).isLessThanOrEqualTo(Utf8.length(message));
    }

    @Property
    void aMessageWrittenFromBlocksGivesThoseBlocks(@ForAll("lines") List<List<String>> blocks) {
        var codes = blocks.stream().map(lines -> String.join("\n", lines)).toList();
        var message = codes.stream()
                .map(code -> "Then:\n```python\n" + code + "\n```\n")
                .collect(Collectors.joining("\n"));

        assertThat(MarkdownBlocks.extract(message, Dialect.AG2))
                .extracting(CodeBlock::code)
                .isEqualTo(codes);
        assertThat(MarkdownBlocks.extract(message, Dialect.AUTOGEN))
                .extracting(CodeBlock::code)
                .isEqualTo(codes.stream().map(code -> code + "\n").toList());
    }

    @Provide
    Arbitrary<Dialect> dialects() {
        return Arbitraries.of(Dialect.AUTOGEN, new Dialect.Autogen(LANGUAGES), Dialect.AG2);
    }

    @Provide
    Arbitrary<List<List<String>>> lines() {
        return Arbitraries.of("print(1)", "  indented", "", " ", "`x`", "``", "~~~", "> ", "é漢😀", "# a", "a\rb", "\\")
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .list()
                .ofMaxSize(5);
    }

    /// Backticks, words, line ends and blanks in any order, among them whole beginnings and ends of blocks.
    @Provide
    Arbitrary<String> messages() {
        var backticks = Arbitraries.of("```", "```", "````", "``", "`", "``````");
        var ends = Arbitraries.of("\n", "\n", "\n", "\r\n", "\r", "\r\r\n", "\n\n");
        var blanks = Arbitraries.of(" ", "  ", "\t", "\u000B", "\u001C", "\u0085", "\u00A0", "\u2028", "\u200B");
        var words = Arbitraries.of(WORDS.split("\\|"));
        var comments = Arbitraries.of(
                "# ",
                "# a",
                "#",
                "// ",
                "//",
                "/* ",
                " */",
                "*/",
                "<!-- ",
                " -->",
                "-->",
                "filename:",
                "filename: b.py",
                "# filename: c.py\n",
                "# filename:",
                "/* filename: d */",
                "<!-- e -->",
                "<!--filename:f-->");
        var blocks = Arbitraries.of(
                "```python\n",
                "```sh\n",
                "``` sh\n",
                "```\n",
                "```kotlin\r\n",
                "\n```",
                "\n```\n",
                "\r\n```\r\n",
                "\n  ```",
                "```\n\n```",
                "```sh\n# ",
                "```ini\n// ",
                "```\n```",
                "```unknown\n",
                "```sh\n# filename: g\n",
                "```python\n//filename:h \n",
                "```c++\n<!-- filename: i --> \r\n");
        return Arbitraries.frequencyOf(
                        Tuple.of(3, backticks),
                        Tuple.of(3, ends),
                        Tuple.of(1, blanks),
                        Tuple.of(3, words),
                        Tuple.of(2, comments),
                        Tuple.of(4, blocks))
                .list()
                .ofMaxSize(40)
                .map(pieces -> String.join("", pieces));
    }
}
