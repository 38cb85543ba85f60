package dev.runnel.markdown;

import java.util.Optional;

/// [Dialect.Ag2]. The expression is `CODE_BLOCK_PATTERN` of ag2 0.9.10, where a dot is any character:
///
///     ```[ \t]*(\w+)?[ \t]*\r?\n(.*?)\r?\n[ \t]*```
record Ag2Blocks() implements BacktickBlocks.Rules {
    @Override
    public Optional<BacktickBlocks.Opening> opening(String text, int fence) {
        var start = behindBlanks(text, fence + BacktickBlocks.FENCE.length());
        var end = start;
        while (end < text.length() && PythonText.isWord(text.codePointAt(end))) {
            end += Character.charCount(text.codePointAt(end));
        }
        var line = behindBlanks(text, end);
        if (text.startsWith("\r", line)) {
            line++;
        }
        return text.startsWith("\n", line)
                ? Optional.of(new BacktickBlocks.Opening(text.substring(start, end), line + 1))
                : Optional.empty();
    }

    @Override
    public Optional<BacktickBlocks.Closing> closing(String text, int codeStart) {
        for (var line = text.indexOf('\n', codeStart); line >= 0; line = text.indexOf('\n', line + 1)) {
            var fence = behindBlanks(text, line + 1);
            if (text.startsWith(BacktickBlocks.FENCE, fence)) {
                var codeEnd = line > codeStart && text.charAt(line - 1) == '\r' ? line - 1 : line;
                return Optional.of(new BacktickBlocks.Closing(codeEnd, fence + BacktickBlocks.FENCE.length()));
            }
        }
        return Optional.empty();
    }

    private static int behindBlanks(String text, int index) {
        var end = index;
        while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
            end++;
        }
        return end;
    }

    /// The first half of AG2's `infer_lang`; the other half is Python's compiler.
    @Override
    public String language(String word, String code) {
        var command = code.startsWith("python ") || code.startsWith("python3 ") || code.startsWith("pip");
        return word.isEmpty() && command ? "sh" : word;
    }

    @Override
    public Optional<String> fileName(String code) {
        return CommentLine.in(code);
    }
}
