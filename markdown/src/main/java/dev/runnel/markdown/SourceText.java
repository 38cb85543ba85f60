package dev.runnel.markdown;

import java.util.Arrays;

/// A message with its lines and its UTF-8 offsets. Lines count from 0 here, as the parser counts them.
final class SourceText {
    private final String text;
    private final int[] lineStarts;
    private final int[] lineStartBytes;

    SourceText(String text) {
        this.text = text;
        this.lineStarts = lineStarts(text);
        this.lineStartBytes = new int[lineStarts.length];
        for (var line = 1; line < lineStarts.length; line++) {
            lineStartBytes[line] = lineStartBytes[line - 1] + utf8Length(text, lineStarts[line - 1], lineStarts[line]);
        }
    }

    char charAt(int index) {
        return text.charAt(index);
    }

    /// The line after the last line end; it is empty where the text ends by one.
    int lastLine() {
        return lineStarts.length - 1;
    }

    /// Where a line begins; for the line after the last one, the end of the text.
    int lineStart(int line) {
        return line < lineStarts.length ? lineStarts[line] : text.length();
    }

    /// Where a line's characters end and its line end begins.
    int lineEnd(int line) {
        var end = lineStart(line + 1);
        while (end > lineStart(line) && isLineEnd(text.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    int byteOffset(int index) {
        var line = line(index);
        return lineStartBytes[line] + utf8Length(text, lineStarts[line], index);
    }

    /// The piece from one index to before another.
    Span span(int from, int to) {
        var firstLine = line(from) + 1;
        var lastLine = from == to ? firstLine - 1 : line(to - 1) + 1;
        return new Span(byteOffset(from), byteOffset(to), firstLine, lastLine);
    }

    private int line(int index) {
        var found = Arrays.binarySearch(lineStarts, index);
        return found >= 0 ? found : -found - 2;
    }

    private static int[] lineStarts(String text) {
        var starts = new int[16];
        var count = 1;
        for (var index = 0; index < text.length(); index++) {
            var lineEnds = text.charAt(index) == '\n'
                    || (text.charAt(index) == '\r' && (index + 1 == text.length() || text.charAt(index + 1) != '\n'));
            if (lineEnds) {
                if (count == starts.length) {
                    starts = Arrays.copyOf(starts, count * 2);
                }
                starts[count++] = index + 1;
            }
        }
        return Arrays.copyOf(starts, count);
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }

    private static int utf8Length(String text, int from, int to) {
        var length = 0;
        for (var index = from; index < to; index++) {
            var c = text.charAt(index);
            if (c < 0x80) {
                length++;
            } else if (c < 0x800) {
                length += 2;
            } else if (!Character.isSurrogate(c)) {
                length += 3;
            } else if (Character.isHighSurrogate(c)
                    && index + 1 < to
                    && Character.isLowSurrogate(text.charAt(index + 1))) {
                length += 4;
                index++;
            } else {
                length++;
            }
        }
        return length;
    }
}
