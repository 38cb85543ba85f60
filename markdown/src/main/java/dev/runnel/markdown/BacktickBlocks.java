package dev.runnel.markdown;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds blocks as a framework's regular expression does, from left to right: three backticks that open, lazily the
/// code, three backticks that close.
///
/// An expression looks for the end of every opening anew, which takes quadratic time where there is none. But what
/// closes does not depend on what has opened: when nothing closes one opening, nothing closes a later one.
final class BacktickBlocks {
    static final String FENCE = "```";

    private BacktickBlocks() {}

    static List<CodeBlock> extract(String markdown, Rules rules) {
        var source = new SourceText(markdown);
        var blocks = new ArrayList<CodeBlock>();
        var fence = markdown.indexOf(FENCE);
        while (fence >= 0) {
            var next = fence + 1;
            var opening = rules.opening(markdown, fence);
            if (opening.isPresent()) {
                var codeStart = opening.get().codeStart();
                var closing = rules.closing(markdown, codeStart);
                if (closing.isEmpty()) {
                    break;
                }
                next = closing.get().end();
                var code = markdown.substring(codeStart, closing.get().codeEnd());
                blocks.add(new CodeBlock(
                        rules.language(opening.get().word(), code),
                        code,
                        rules.fileName(code),
                        true,
                        source.span(fence, next),
                        source.span(codeStart, closing.get().codeEnd())));
            }
            fence = markdown.indexOf(FENCE, next);
        }
        return List.copyOf(blocks);
    }

    /// Which backticks are a block, and what the block says.
    interface Rules {
        /// The opening that the backticks at an index begin.
        Optional<Opening> opening(String text, int fence);

        /// The first end of code that begins at an index. Where it is missing, no later index may have one.
        Optional<Closing> closing(String text, int codeStart);

        /// The language of code behind an opening with a word, or with `""`.
        String language(String word, String code);

        Optional<String> fileName(String code);
    }

    /// @param word what the opening says of the language; `""` when nothing
    record Opening(String word, int codeStart) {}

    /// @param end behind the backticks
    record Closing(int codeEnd, int end) {}
}
