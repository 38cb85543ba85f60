package dev.runnel.markdown;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class MarkdownBlocksPropertyTest {
    @Property
    void anyStringIsAMessage(@ForAll String message) {
        assertThat(MarkdownBlocks.extract(message))
                .allSatisfy(block -> assertThat(block.code()).doesNotContain("\r"));
    }

    @Property
    void spansPointIntoTheMessageInItsOrder(@ForAll("messages") String message) {
        var end = 0;
        for (var block : MarkdownBlocks.extract(message)) {
            assertThat(block.block().start()).isGreaterThanOrEqualTo(end);
            assertThat(block.codeSpan().start())
                    .isGreaterThanOrEqualTo(block.block().start() + 3);
            assertThat(block.codeSpan().end()).isLessThanOrEqualTo(block.block().end());
            end = block.block().end();
        }
        assertThat(end).isLessThanOrEqualTo(Utf8.length(message));
    }

    @Property
    void aBlockBeginsWithItsFenceAndEndsWithItWhenClosed(@ForAll("messages") String message) {
        for (var block : MarkdownBlocks.extract(message)) {
            var text = Utf8.at(block.block(), message);

            assertThat(text).matches("(?s)(```|~~~).*");
            assertThat(text.stripTrailing().endsWith(text.substring(0, 3)))
                    .as("closing fence of %s", text)
                    .isIn(block.closed() ? List.of(true) : List.of(true, false));
        }
    }

    @Property
    void linesCountTheLineEndsBefore(@ForAll("messages") String message) {
        for (var block : MarkdownBlocks.extract(message)) {
            for (var span : List.of(block.block(), block.codeSpan())) {
                var before = Utf8.at(new Span(0, span.start(), 1, 1), message);

                assertThat(span.firstLine()).isEqualTo(Utf8.lineEnds(before) + 1);
            }
            var lines = block.codeSpan().lastLine() - block.codeSpan().firstLine() + 1;
            assertThat(lines).isEqualTo(Utf8.lineEnds(block.code()));
        }
    }

    @Property
    void everyLineOfCodeIsTheEndOfItsLineInTheMessage(@ForAll("messages") String message) {
        var lines = Utf8.withPlainLineEnds(message).split("\n", -1);
        for (var block : MarkdownBlocks.extract(message)) {
            var line = block.codeSpan().firstLine() - 1;
            for (var code : block.code().lines().toList()) {
                assertThat(lines[line]).endsWith(code);
                line++;
            }
        }
    }

    @Property
    void codeIsWhatItsSpanNamesWhereNothingWasRemoved(@ForAll("bareMessages") String message) {
        for (var block : MarkdownBlocks.extract(message)) {
            var named = Utf8.withPlainLineEnds(Utf8.at(block.codeSpan(), message));

            assertThat(endedLine(named)).isEqualTo(block.code());
        }
    }

    @Property
    void aMessageWrittenFromBlocksGivesThoseBlocks(
            @ForAll("writtenBlocks") List<Written> blocks, @ForAll("lineEnds") String lineEnd) {
        var message = blocks.stream().map(Written::text).collect(Collectors.joining("\nThen:\n\n"));

        var found = MarkdownBlocks.extract(message.replace("\n", lineEnd));

        assertThat(found)
                .extracting(CodeBlock::code)
                .isEqualTo(blocks.stream().map(Written::expectedCode).toList());
        assertThat(found)
                .extracting(CodeBlock::info)
                .isEqualTo(blocks.stream().map(Written::info).toList());
        assertThat(found).allMatch(CodeBlock::closed);
    }

    private static String endedLine(String code) {
        return code.isEmpty() || code.endsWith("\n") ? code : code + "\n";
    }

    /// Any pieces a message can be made of, except tabs, of which half may be code, and NUL, which is replaced.
    @Provide
    Arbitrary<String> messages() {
        return Arbitraries.of(
                        "```",
                        "````",
                        "~~~",
                        "`",
                        "\n",
                        "\n",
                        "\n",
                        "\r\n",
                        "\r",
                        "\n\n",
                        " ",
                        "   ",
                        "    ",
                        "> ",
                        ">",
                        "- ",
                        "1. ",
                        "# ",
                        "python",
                        "x = 1",
                        "é",
                        "😀",
                        "\uD83D",
                        "<!--",
                        "-->",
                        "<div>",
                        "&amp;",
                        "\\",
                        "[a]: b",
                        "# filename: a.py")
                .list()
                .ofMaxSize(40)
                .map(pieces -> String.join("", pieces));
    }

    /// Without containers, and every fence at the beginning of its line.
    @Provide
    Arbitrary<String> bareMessages() {
        return Arbitraries.of("```", "````py", "~~~", "x = 1", "  y", "é😀", "", "`", "# filename: a", "``` z")
                .list()
                .ofMaxSize(30)
                .flatMap(lines -> lineEnds().map(lineEnd -> String.join(lineEnd, lines)));
    }

    @Provide
    Arbitrary<String> lineEnds() {
        return Arbitraries.of("\n", "\r\n", "\r");
    }

    @Provide
    Arbitrary<List<Written>> writtenBlocks() {
        var info = Arbitraries.of("", "python", "JavaScript", "sh -x", "c++");
        var line = Arbitraries.of(
                        "print(1)",
                        "    indented",
                        "\ttab",
                        "",
                        " ",
                        "```",
                        "~~~~",
                        "`````",
                        "> quote",
                        "- item",
                        "é漢😀",
                        "# filename: a.py",
                        "<!-- x",
                        "\\",
                        "&amp;")
                .list()
                .ofMaxSize(3)
                .map(parts -> String.join("", parts));
        return Combinators.combine(
                        info, line.list().ofMaxSize(6), Arbitraries.of('`', '~'), Arbitraries.of(Place.values()))
                .as(Written::new)
                .list()
                .ofMaxSize(5);
    }

    /// A block that is yet to be written into a message.
    record Written(String info, List<String> lines, char fenceCharacter, Place place) {
        /// In a list the parser takes all of a blank line for indentation.
        String expectedCode() {
            return place.inList ? code().replaceAll("(?m)^[ \t]+$", "") : code();
        }

        private String code() {
            return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
        }

        String text() {
            var fence = String.valueOf(fenceCharacter).repeat(longestRun() + 1);
            var block = fence + info + "\n" + code() + fence + "\n";
            return place.first + block.lines().collect(Collectors.joining("\n" + place.others, "", "\n"));
        }

        private int longestRun() {
            var longest = 2;
            var run = 0;
            for (var c : code().toCharArray()) {
                run = c == fenceCharacter ? run + 1 : 0;
                longest = Math.max(longest, run);
            }
            return longest;
        }
    }

    /// Where it is written: what precedes its first line and every other one.
    enum Place {
        PLAIN("", "", false),
        QUOTE("> ", "> ", false),
        LIST("- ", "  ", true),
        NUMBERED("10. ", "    ", true),
        LIST_IN_QUOTE("> - ", ">   ", true);

        private final String first;
        private final String others;
        private final boolean inList;

        Place(String first, String others, boolean inList) {
            this.first = first;
            this.others = others;
            this.inList = inList;
        }
    }
}
