package dev.runnel.markdown;

import java.util.Locale;
import java.util.Optional;

/// A fenced code block of a message. What stands here is CommonMark's; "compatible" are [Dialect.Autogen] and
/// [Dialect.Ag2].
///
/// @param info what stands behind the opening fence, trimmed, Markdown's escapes resolved; `""` when nothing does.
///     Compatible: the language as written, or as [Dialect.Ag2] infers it
/// @param code without the indentation and the markers of lists and quotes around it; every line, the last one too,
///     ends by `\n` whatever the message had, and NUL is U+FFFD. Compatible: just what `codeSpan` names
/// @param fileName what a first line `# filename: NAME` asks the code to be saved as (also behind `//`, and inside
///     `<!-- -->` and `/* */`). As written: it may point out of the workspace. In [Dialect.Ag2] any comment
/// @param closed whether the closing fence is there. It is missing where a message was cut off, and where the list or
///     quote around the block ends first. Compatible: always true, there is no block otherwise
/// @param block the whole block, from the opening fence to the end of the closing fence's line, or of the code where
///     there is none. Compatible: from the first of three backticks to the last of three
/// @param codeSpan the code: from its first character to the end of its last line, line end included. Between lines it
///     covers what `code` leaves out. Compatible: to the last character of `code`
public record CodeBlock(
        String info, String code, Optional<String> fileName, boolean closed, Span block, Span codeSpan) {

    /// The language, in lower case: the first word of the info string.
    public Optional<String> language() {
        return languageAsWritten().map(word -> word.toLowerCase(Locale.ROOT));
    }

    /// The language as the message spells it.
    public Optional<String> languageAsWritten() {
        var end = 0;
        while (end < info.length() && !Character.isWhitespace(info.charAt(end))) {
            end++;
        }
        return end == 0 ? Optional.empty() : Optional.of(info.substring(0, end));
    }
}
