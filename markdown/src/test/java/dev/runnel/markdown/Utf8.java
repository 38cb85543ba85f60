package dev.runnel.markdown;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// Bytes and lines of a text, counted the plain way.
final class Utf8 {
    private static final Pattern LINE_END = Pattern.compile("\r\n|\n|\r");

    private Utf8() {}

    static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    static int lineEnds(String text) {
        return (int) LINE_END.matcher(text).results().count();
    }

    /// The part of a text that a span names.
    static String at(Span span, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return new String(bytes, span.start(), span.end() - span.start(), StandardCharsets.UTF_8);
    }

    static String withPlainLineEnds(String text) {
        return LINE_END.matcher(text).replaceAll("\n");
    }
}
