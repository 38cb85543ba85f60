package dev.runnel.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Makes bytes that a guest wrote safe to show on a terminal: nothing in them can move the cursor, change
/// colours, set the title, answer a query or turn the reading direction.
///
/// Text, line feeds and tabs pass. Control characters (C0, DEL, C1), characters that reorder or hide text,
/// and bytes that are not UTF-8 are shown as `\x1b`, `\u202e`. A carriage return passes before a line feed
/// only. Takes a stream in pieces that may split a character. Not thread-safe; one per stream.
final class TerminalText {
    private static final int CARRIAGE_RETURN = '\r';
    private static final int ESCAPED = 0xff;

    /// Bytes of a character whose rest has not come, or a carriage return whose next byte has not.
    private final byte[] pending = new byte[4];

    private int pendingLength;

    /// The whole of a short text, for names and messages that came from elsewhere.
    static String oneLine(String text) {
        var shown = new TerminalText();
        var bytes = new ByteArrayOutputStream();
        var in = text.getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(shown.show(in, in.length));
        bytes.writeBytes(shown.finish());
        return bytes.toString(StandardCharsets.UTF_8).replace("\n", "\\n").replace("\t", "\\t");
    }

    /// What to show for the first `length` bytes; the beginning of a character is kept until its rest
    /// comes.
    byte[] show(byte[] bytes, int length) {
        var out = new ByteArrayOutputStream(length + 16);
        for (var i = 0; i < length; i++) {
            accept(bytes[i] & 0xff, out);
        }
        return out.toByteArray();
    }

    /// What to show for a character that never became whole, at the end of the stream.
    byte[] finish() {
        var out = new ByteArrayOutputStream();
        escapePending(out);
        return out.toByteArray();
    }

    private void accept(int b, ByteArrayOutputStream out) {
        if (pendingLength > 0) {
            if (pending[0] == CARRIAGE_RETURN) {
                carriageReturnBefore(b, out);
            } else if (continues(b)) {
                pending[pendingLength++] = (byte) b;
                if (pendingLength == lengthOf(pending[0] & 0xff)) {
                    character(out);
                }
                return;
            } else {
                escapePending(out);
            }
        }
        if (b < 0x80) {
            ascii(b, out);
        } else if (lengthOf(b) > 1) {
            pending[pendingLength++] = (byte) b;
        } else {
            escape(b, out);
        }
    }

    private void ascii(int b, ByteArrayOutputStream out) {
        if (b == '\n' || b == '\t' || (b >= 0x20 && b < 0x7f)) {
            out.write(b);
        } else if (b == CARRIAGE_RETURN) {
            pending[pendingLength++] = CARRIAGE_RETURN;
        } else {
            escape(b, out);
        }
    }

    private void carriageReturnBefore(int b, ByteArrayOutputStream out) {
        if (b == '\n') {
            out.write(CARRIAGE_RETURN);
            pendingLength = 0;
        } else {
            escapePending(out);
        }
    }

    /// Length of a UTF-8 sequence by its first byte; 1 for a byte that can't begin a longer one (RFC 3629).
    private static int lengthOf(int first) {
        if (first >= 0xc2 && first <= 0xdf) {
            return 2;
        }
        if (first >= 0xe0 && first <= 0xef) {
            return 3;
        }
        return first >= 0xf0 && first <= 0xf4 ? 4 : 1;
    }

    /// True when `b` can go on with the pending bytes: no overlong form, no surrogate, nothing above
    /// U+10FFFF.
    private boolean continues(int b) {
        if ((b & 0xc0) != 0x80) {
            return false;
        }
        if (pendingLength > 1) {
            return true;
        }
        return switch (pending[0] & 0xff) {
            case 0xe0 -> b >= 0xa0;
            case 0xed -> b <= 0x9f;
            case 0xf0 -> b >= 0x90;
            case 0xf4 -> b <= 0x8f;
            default -> true;
        };
    }

    private void character(ByteArrayOutputStream out) {
        var text = new String(pending, 0, pendingLength, StandardCharsets.UTF_8);
        var codePoint = text.codePointAt(0);
        if (isHarmless(codePoint)) {
            out.write(pending, 0, pendingLength);
        } else {
            var format = codePoint > 0xffff ? "\\U%08x" : "\\u%04x";
            out.writeBytes(format.formatted(codePoint).getBytes(StandardCharsets.US_ASCII));
        }
        pendingLength = 0;
    }

    /// Format characters can reorder or hide what stands around them (CVE-2021-42574), except the joiners
    /// that scripts and emoji need.
    private static boolean isHarmless(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            case Character.FORMAT -> codePoint == 0x200c || codePoint == 0x200d || codePoint == 0xad;
            default -> true;
        };
    }

    private void escapePending(ByteArrayOutputStream out) {
        for (var i = 0; i < pendingLength; i++) {
            escape(pending[i] & ESCAPED, out);
        }
        pendingLength = 0;
    }

    private static void escape(int b, ByteArrayOutputStream out) {
        var text = b == CARRIAGE_RETURN ? "\\r" : "\\x%02x".formatted(b);
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
