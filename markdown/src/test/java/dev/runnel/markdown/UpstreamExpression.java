package dev.runnel.markdown;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The compatible dialects as their rules read: upstream's regular expressions, with Python's character classes.
///
/// @param block group 1 is the language, group 2 the code
/// @param infers whether a command without a language is in `sh`
/// @param fileName of code
record UpstreamExpression(Pattern block, boolean infers, Function<String, Optional<String>> fileName) {
    private static final String WHITE = "[\\t-\\r\\x1c-\\x20\\x85\\p{Z}]";

    private static final String BLANK = "[\\p{javaWhitespace}&&[^\\r\\n]]*";

    private static final Pattern AUTOGEN_NAME = Pattern.compile(("(?:(?:#|//)%1$sfilename:([^\\r\\n]*)"
                    + "|<!--%1$sfilename:([^\\r\\n]*)-->%1$s|/\\*%1$sfilename:([^\\r\\n]*)\\*/%1$s)(?![^\\r\\n])")
            .formatted(BLANK));

    private static final List<Pattern> AG2_NAMES = Stream.of(
                    "^<!-- (filename:)?(.+?) -->",
                    "^/\\* (filename:)?(.+?) \\*/",
                    "^// (filename:)?(.+?)\\z",
                    "^# (filename:)?(.+?)\\z")
            .map(pattern -> Pattern.compile(pattern, Pattern.DOTALL))
            .toList();

    static UpstreamExpression autogen(List<String> languages) {
        var words = languages.stream().map(Pattern::quote).collect(Collectors.joining("|"));
        var block = Pattern.compile(
                "```(?:%s*(%s))\\n([\\s\\S]*?)```".formatted(WHITE, words),
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
        return new UpstreamExpression(block, false, UpstreamExpression::autogenName);
    }

    static UpstreamExpression ag2() {
        var block =
                Pattern.compile("```[ \\t]*([\\p{L}\\p{N}_]+)?[ \\t]*\\r?\\n(.*?)\\r?\\n[ \\t]*```", Pattern.DOTALL);
        return new UpstreamExpression(block, true, UpstreamExpression::ag2Name);
    }

    List<CodeBlock> extract(String message) {
        return block.matcher(message)
                .results()
                .map(found -> codeBlock(message, found))
                .toList();
    }

    private CodeBlock codeBlock(String message, MatchResult found) {
        var code = found.group(2);
        var word = Optional.ofNullable(found.group(1)).orElse("");
        var info = infers && word.isEmpty() && code.matches("(?s)(python3? |pip).*") ? "sh" : word;
        var whole = span(message, found.start(), found.end());
        return new CodeBlock(
                info, code, fileName.apply(code), true, whole, span(message, found.start(2), found.end(2)));
    }

    private static Optional<String> autogenName(String code) {
        var comment = AUTOGEN_NAME.matcher(code);
        if (!comment.lookingAt()) {
            return Optional.empty();
        }
        return IntStream.rangeClosed(1, 3)
                .mapToObj(comment::group)
                .filter(Objects::nonNull)
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .findFirst();
    }

    private static Optional<String> ag2Name(String code) {
        var line = strip(code.split("\n", 2)[0]);
        return AG2_NAMES.stream()
                .map(pattern -> pattern.matcher(line))
                .filter(Matcher::find)
                .map(found -> strip(found.group(2)))
                .findFirst()
                .filter(name -> !name.isEmpty());
    }

    private static String strip(String text) {
        return text.replaceAll("^%1$s+|%1$s+\\z".formatted(WHITE), "");
    }

    private static Span span(String message, int from, int to) {
        var before = message.substring(0, from);
        var piece = message.substring(from, to);
        var start = Utf8.length(before);
        var firstLine = Utf8.lineEnds(before) + 1;
        var endsInLine = !piece.isEmpty() && !piece.endsWith("\n") && !piece.endsWith("\r");
        var lastLine = firstLine + Utf8.lineEnds(piece) - (endsInLine ? 0 : 1);
        return new Span(start, start + Utf8.length(piece), firstLine, lastLine);
    }
}
