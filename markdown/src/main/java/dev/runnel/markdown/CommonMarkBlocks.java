package dev.runnel.markdown;

import java.util.ArrayList;
import java.util.List;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Node;
import org.commonmark.node.SourceSpan;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;
import org.jspecify.annotations.Nullable;

/// Reads fenced blocks with a CommonMark parser, and finds out where in the message they stand.
final class CommonMarkBlocks {
    /// A blank line goes through every open container, so that without a bound `- - - -…` and as many blank lines
    /// would take quadratic time.
    private static final int MAX_OPEN_BLOCKS = 100;

    /// Only blocks matter: what stands inside paragraphs is not parsed.
    private static final Parser PARSER = Parser.builder()
            .includeSourceSpans(IncludeSourceSpans.BLOCKS)
            .maxOpenBlockParsers(MAX_OPEN_BLOCKS)
            .inlineParserFactory(context -> (lines, node) -> {})
            .build();

    private CommonMarkBlocks() {}

    static List<CodeBlock> extract(String markdown) {
        var source = new SourceText(markdown);
        var blocks = new ArrayList<CodeBlock>();
        for (@Nullable Node node = PARSER.parse(markdown); node != null; node = following(node)) {
            if (node instanceof FencedCodeBlock fenced) {
                blocks.add(codeBlock(fenced, source));
            }
        }
        return List.copyOf(blocks);
    }

    /// The next node in the order of the text. Not recursive: depth is the author's choice.
    private static @Nullable Node following(Node node) {
        if (node.getFirstChild() != null) {
            return node.getFirstChild();
        }
        @Nullable Node at = node;
        while (at != null && at.getNext() == null) {
            at = at.getParent();
        }
        return at == null ? null : at.getNext();
    }

    private static CodeBlock codeBlock(FencedCodeBlock fenced, SourceText source) {
        var code = fenced.getLiteral();
        var closed = fenced.getClosingFenceLength() != null;
        var codeSpan = codeSpan(fenced, source);
        var block = blockSpan(fenced, source, codeSpan, closed);
        return new CodeBlock(fenced.getInfo(), code, FileNameLine.in(code), closed, block, codeSpan);
    }

    private static Span blockSpan(FencedCodeBlock fenced, SourceText source, Span code, boolean closed) {
        var opening = fenced.getSourceSpans().getFirst();
        var fence = opening.getInputIndex();
        while (source.charAt(fence) != fenced.getFenceCharacter().charAt(0)) {
            fence++;
        }
        var start = source.byteOffset(fence);
        var firstLine = opening.getLineIndex() + 1;
        if (!closed) {
            return new Span(start, code.end(), firstLine, Math.max(firstLine, code.lastLine()));
        }
        var closingLine = code.lastLine();
        return new Span(start, source.byteOffset(source.lineEnd(closingLine)), firstLine, closingLine + 1);
    }

    private static Span codeSpan(FencedCodeBlock fenced, SourceText source) {
        var literal = fenced.getLiteral();
        var lines = Math.toIntExact(literal.chars().filter(c -> c == '\n').count());
        var firstLine = fenced.getSourceSpans().getFirst().getLineIndex() + 1;
        if (lines == 0) {
            var next = source.byteOffset(source.lineStart(firstLine));
            var line = Math.min(firstLine, source.lastLine()) + 1;
            return new Span(next, next, line, line - 1);
        }
        // The code is the line's end; its beginning went to containers and indentation. A tab that was split between
        // them is spaces in the code: then the code is longer than what the line has for it.
        var start =
                Math.max(contentStart(fenced, source, firstLine), source.lineEnd(firstLine) - literal.indexOf('\n'));
        var end = source.lineStart(firstLine + lines);
        return new Span(source.byteOffset(start), source.byteOffset(end), firstLine + 1, firstLine + lines);
    }

    /// Where a line of the block begins behind the markers of its containers.
    private static int contentStart(FencedCodeBlock fenced, SourceText source, int line) {
        return fenced.getSourceSpans().stream()
                .limit(2)
                .filter(span -> span.getLineIndex() == line)
                .mapToInt(SourceSpan::getInputIndex)
                .findFirst()
                .orElse(source.lineEnd(line));
    }
}
