package dev.runnel.markdown;

import java.util.List;
import java.util.Optional;

/// The first line of a block that names its file, as AutoGen has it: `# filename: NAME`, or another kind of comment.
///
/// No regular expression: one that trims the name takes quadratic time on a line of blanks.
final class FileNameLine {
    private static final String KEY = "filename:";

    private static final List<Comment> COMMENTS =
            List.of(new Comment("#", ""), new Comment("//", ""), new Comment("<!--", "-->"), new Comment("/*", "*/"));

    private FileNameLine() {}

    static Optional<String> in(String code) {
        var firstLine = code.lines().findFirst().orElse("").stripTrailing();
        return COMMENTS.stream()
                .flatMap(comment -> comment.text(firstLine).stream())
                .filter(text -> text.startsWith(KEY))
                .map(text -> text.substring(KEY.length()).strip())
                .filter(name -> !name.isEmpty())
                .findFirst();
    }

    private record Comment(String open, String close) {
        Optional<String> text(String line) {
            if (line.length() < open.length() + close.length() || !line.startsWith(open) || !line.endsWith(close)) {
                return Optional.empty();
            }
            return Optional.of(line.substring(open.length(), line.length() - close.length())
                    .strip());
        }
    }
}
