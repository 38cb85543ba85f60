package dev.runnel.markdown;

import java.util.List;

/// Extracts the fenced code blocks of a message, in the order in which they stand in it.
///
/// Any string is a message: nothing throws, and the time taken grows with the length of the message alone, also for
/// one written to take long. Thread-safe.
public final class MarkdownBlocks {
    private MarkdownBlocks() {}

    /// The blocks by the rules of CommonMark.
    public static List<CodeBlock> extract(String markdown) {
        return extract(markdown, Dialect.COMMONMARK);
    }

    /// The blocks by the rules of a dialect.
    public static List<CodeBlock> extract(String markdown, Dialect dialect) {
        return switch (dialect) {
            case Dialect.CommonMark _ -> CommonMarkBlocks.extract(markdown);
            case Dialect.Autogen(var languages) -> BacktickBlocks.extract(markdown, new AutogenBlocks(languages));
            case Dialect.Ag2 _ -> BacktickBlocks.extract(markdown, new Ag2Blocks());
        };
    }
}
