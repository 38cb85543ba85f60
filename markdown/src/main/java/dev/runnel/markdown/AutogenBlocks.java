package dev.runnel.markdown;

import java.util.List;
import java.util.Optional;

/// [Dialect.Autogen]. The expression is `_extract_markdown_code_blocks` of autogen-agentchat 0.7.5, ignoring case:
///
///     ```(?:\s*(python|sh))\n([\s\S]*?)```
///
/// @param languages words without white space, so that where they begin needs no trying
record AutogenBlocks(List<String> languages) implements BacktickBlocks.Rules {
    @Override
    public Optional<BacktickBlocks.Opening> opening(String text, int fence) {
        var start = fence + BacktickBlocks.FENCE.length();
        while (start < text.length() && PythonText.isWhiteSpace(text.charAt(start))) {
            start++;
        }
        for (var language : languages) {
            var end = start + language.length();
            if (text.regionMatches(true, start, language, 0, language.length()) && text.startsWith("\n", end)) {
                return Optional.of(new BacktickBlocks.Opening(text.substring(start, end), end + 1));
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<BacktickBlocks.Closing> closing(String text, int codeStart) {
        var fence = text.indexOf(BacktickBlocks.FENCE, codeStart);
        return fence < 0
                ? Optional.empty()
                : Optional.of(new BacktickBlocks.Closing(fence, fence + BacktickBlocks.FENCE.length()));
    }

    @Override
    public String language(String word, String code) {
        return word;
    }

    @Override
    public Optional<String> fileName(String code) {
        return FileNameLine.in(code);
    }
}
