package dev.runnel.markdown;

/// Characters as Python's regular expressions and `str` class them, which is neither Java's way nor the Unicode
/// property. Source: CPython's `Objects/unicodectype.c`, and every code point asked.
final class PythonText {
    private static final int WORD_CATEGORIES = 1 << Character.UPPERCASE_LETTER
            | 1 << Character.LOWERCASE_LETTER
            | 1 << Character.TITLECASE_LETTER
            | 1 << Character.MODIFIER_LETTER
            | 1 << Character.OTHER_LETTER
            | 1 << Character.DECIMAL_DIGIT_NUMBER
            | 1 << Character.LETTER_NUMBER
            | 1 << Character.OTHER_NUMBER;

    private PythonText() {}

    /// `\s`, and what `str.strip` removes.
    static boolean isWhiteSpace(int codePoint) {
        return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint) || codePoint == 0x85;
    }

    /// `\w`
    static boolean isWord(int codePoint) {
        return codePoint == '_' || (WORD_CATEGORIES >> Character.getType(codePoint) & 1) != 0;
    }

    /// `str.strip`
    static String strip(String text) {
        var start = 0;
        var end = text.length();
        while (start < end && isWhiteSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isWhiteSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }
}
