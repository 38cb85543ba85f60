package dev.runnel.server.conversation.text;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The beginning and the end of a block's output, for a text with room for no more.
///
/// Holds at most as many bytes as it may show, half of them from the beginning, and less while there are less. Not
/// thread-safe.
public final class OutputExcerpt {
    /// So many bytes a UTF-8 character has at most after its first.
    private static final int MOST_CONTINUATIONS = 3;

    private final int headLimit;
    private final int tailLimit;
    private byte[] head = {};
    private int headLength;
    /// A ring once it has reached its limit; until then in order from 0.
    private byte[] tail = {};

    private int tailLength;
    private int tailNext;
    private long total;

    /// @param maxBytes how many bytes of output the text has at most, the line that names what is missing aside
    public OutputExcerpt(int maxBytes) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("an excerpt of " + maxBytes + " bytes");
        }
        headLimit = maxBytes / 2;
        tailLimit = maxBytes - headLimit;
    }

    /// Adds what comes next. Neither keeps the buffer nor moves its position.
    public void add(ByteBuffer data) {
        var rest = data.duplicate();
        total += rest.remaining();
        fillHead(rest);
        fillTail(rest);
    }

    /// How many bytes were added.
    public long total() {
        return total;
    }

    /// The output as text, what is not UTF-8 replaced by U+FFFD. Where bytes are missing, a line says how many; those
    /// of a character that would be cut in two are missing too.
    public String text() {
        var end = tailInOrder();
        var missing = total - headLength - tailLength;
        if (missing == 0) {
            var all = Arrays.copyOf(head, headLength + tailLength);
            System.arraycopy(end, 0, all, headLength, tailLength);
            return new String(all, StandardCharsets.UTF_8);
        }
        var headEnd = endOfWholeCharacters();
        var tailStart = startOfWholeCharacters(end);
        var inLine = headEnd > 0 && head[headEnd - 1] != '\n';
        return new String(head, 0, headEnd, StandardCharsets.UTF_8)
                + (inLine ? "\n" : "")
                + "[" + (missing + headLength - headEnd + tailStart) + " bytes left out]\n"
                + new String(end, tailStart, tailLength - tailStart, StandardCharsets.UTF_8);
    }

    /// How many bytes it takes, for tests.
    int footprint() {
        return head.length + tail.length;
    }

    private void fillHead(ByteBuffer data) {
        var count = Math.min(headLimit - headLength, data.remaining());
        head = grown(head, headLength + count, headLimit);
        data.get(head, headLength, count);
        headLength += count;
    }

    private void fillTail(ByteBuffer data) {
        var surplus = data.remaining() - tailLimit;
        if (surplus > 0) {
            data.position(data.position() + surplus);
        }
        var length = (int) Math.min(tailLimit, (long) tailLength + data.remaining());
        if (length > tail.length) {
            tail = grown(tail, length, tailLimit);
            tailNext = tailLength;
        }
        while (data.hasRemaining()) {
            var count = Math.min(data.remaining(), tail.length - tailNext);
            data.get(tail, tailNext, count);
            tailNext = (tailNext + count) % tail.length;
        }
        tailLength = length;
    }

    private static byte[] grown(byte[] bytes, int length, int limit) {
        if (length <= bytes.length) {
            return bytes;
        }
        return Arrays.copyOf(bytes, (int) Math.min(limit, Math.max(length, 2L * bytes.length)));
    }

    private byte[] tailInOrder() {
        if (tailLength < tail.length || tailLength < tailLimit) {
            return Arrays.copyOf(tail, tailLength);
        }
        var ordered = new byte[tailLength];
        System.arraycopy(tail, tailNext, ordered, 0, tailLength - tailNext);
        System.arraycopy(tail, 0, ordered, tailLength - tailNext, tailNext);
        return ordered;
    }

    /// Where the beginning ends without a character that goes on in what is missing.
    private int endOfWholeCharacters() {
        for (var back = 1; back <= Math.min(MOST_CONTINUATIONS, headLength); back++) {
            var last = head[headLength - back];
            if (!isContinuation(last)) {
                return back < lengthOfCharacter(last) ? headLength - back : headLength;
            }
        }
        return headLength;
    }

    /// Where the end begins without the rest of a character that began in what is missing.
    private static int startOfWholeCharacters(byte[] end) {
        var start = 0;
        while (start < Math.min(MOST_CONTINUATIONS, end.length) && isContinuation(end[start])) {
            start++;
        }
        return start;
    }

    private static boolean isContinuation(byte octet) {
        return (octet & 0xc0) == 0x80;
    }

    /// By its first byte, RFC 3629; 1 for one that begins nothing.
    private static int lengthOfCharacter(byte first) {
        if ((first & 0xe0) == 0xc0) {
            return 2;
        }
        if ((first & 0xf0) == 0xe0) {
            return 3;
        }
        return (first & 0xf8) == 0xf0 ? 4 : 1;
    }
}
