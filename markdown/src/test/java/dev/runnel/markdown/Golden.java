package dev.runnel.markdown;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A message and the blocks that are in it.
///
/// The message says itself where they stand: `⟦` and `⟧` mark the two ends of a block, `⟪` and `⟫` those of its code.
/// The marks are taken out before the message is read.
record Golden(String name, String marked, List<Expected> blocks) {
    static Golden of(String name, String marked, Expected... blocks) {
        return new Golden(name, marked, List.of(blocks));
    }

    static Expected block(String info, String code) {
        return new Expected(info, code, Optional.empty(), true);
    }

    static Expected unclosed(String info, String code) {
        return new Expected(info, code, Optional.empty(), false);
    }

    String message() {
        return marked.replaceAll("[⟦⟧⟪⟫]", "");
    }

    List<CodeBlock> expected() {
        var blockSpans = spans('⟦', '⟧');
        var codeSpans = spans('⟪', '⟫');
        var expected = new ArrayList<CodeBlock>();
        for (var index = 0; index < blocks.size(); index++) {
            var block = blocks.get(index);
            expected.add(new CodeBlock(
                    block.info, block.code, block.fileName, block.closed, blockSpans.get(index), codeSpans.get(index)));
        }
        return expected;
    }

    /// What lies between marks, counted on the message without any.
    private List<Span> spans(char open, char close) {
        var spans = new ArrayList<Span>();
        for (var from = marked.indexOf(open); from >= 0; from = marked.indexOf(open, from + 1)) {
            var before = unmarked(0, from);
            var within = unmarked(from, marked.indexOf(close, from));
            var start = Utf8.length(before);
            var end = start + Utf8.length(within);
            var firstLine = Utf8.lineEnds(before) + 1;
            var lastLine = firstLine + Utf8.lineEnds(within) - (within.isEmpty() || endsLine(within) ? 1 : 0);
            spans.add(new Span(start, end, firstLine, lastLine));
        }
        return spans;
    }

    private String unmarked(int from, int to) {
        return marked.substring(from, to).replaceAll("[⟦⟧⟪⟫]", "");
    }

    private static boolean endsLine(String text) {
        return text.endsWith("\n") || text.endsWith("\r");
    }

    @Override
    public String toString() {
        return name;
    }

    /// What is expected of a block besides its place.
    record Expected(String info, String code, Optional<String> fileName, boolean closed) {
        Expected named(String file) {
            return new Expected(info, code, Optional.of(file), closed);
        }
    }
}
