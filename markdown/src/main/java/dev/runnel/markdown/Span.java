package dev.runnel.markdown;

/// A piece of a message.
///
/// Offsets count bytes of the message as UTF-8; half of a surrogate pair on its own counts as the one byte that
/// [String#getBytes] makes of it. Lines end by LF, CRLF or CR.
///
/// @param start offset of the first byte
/// @param end offset after the last byte
/// @param firstLine the line of the first byte; lines count from 1
/// @param lastLine the line of the last byte; `firstLine - 1` for a piece without lines
public record Span(int start, int end, int firstLine, int lastLine) {
    public Span {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("no span from byte " + start + " to " + end);
        }
        if (firstLine < 1 || lastLine < firstLine - 1) {
            throw new IllegalArgumentException("no span from line " + firstLine + " to " + lastLine);
        }
    }
}
