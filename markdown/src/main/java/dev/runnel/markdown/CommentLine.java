package dev.runnel.markdown;

import java.util.List;
import java.util.Optional;

/// The first line of a block as a file name, as AG2 has it: the text of any comment, `filename:` or not.
///
/// The four expressions are `filename_patterns` of ag2 0.9.10's `coding/utils.py`, tried in this order; a comment that
/// closes ends at the first close with a blank before it, wherever that is. A comment of blanks is no name; AG2 takes
/// it for the workspace itself, and fails.
final class CommentLine {
    private static final String KEY = "filename:";

    private static final List<Comment> COMMENTS = List.of(
            new Comment("<!-- ", " -->"), new Comment("/* ", " */"), new Comment("// ", ""), new Comment("# ", ""));

    private CommentLine() {}

    static Optional<String> in(String code) {
        var lineEnd = code.indexOf('\n');
        var line = PythonText.strip(lineEnd < 0 ? code : code.substring(0, lineEnd));
        return COMMENTS.stream()
                .filter(comment -> line.startsWith(comment.open()))
                .flatMap(comment -> comment.text(line).stream())
                .map(PythonText::strip)
                .findFirst()
                .filter(name -> !name.isEmpty());
    }

    private record Comment(String open, String close) {
        /// What follows the key; where nothing does, the key is the text.
        Optional<String> text(String line) {
            var start = open.length();
            return line.startsWith(KEY, start)
                    ? textFrom(line, start + KEY.length()).or(() -> textFrom(line, start))
                    : textFrom(line, start);
        }

        /// At least one character.
        private Optional<String> textFrom(String line, int start) {
            if (start >= line.length()) {
                return Optional.empty();
            }
            var end = close.isEmpty() ? line.length() : line.indexOf(close, start + 1);
            return end < 0 ? Optional.empty() : Optional.of(line.substring(start, end));
        }
    }
}
