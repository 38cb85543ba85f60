package dev.runnel.server.content;

import java.util.List;

/// A pattern for relative paths, as the contract defines it for artifacts.
///
/// `*` and `?` match within one part, `**` as a whole part matches any number of parts, `[abc]` one of the
/// characters; everything else stands for itself. Matching takes no more than length of the pattern times length of
/// the path, whatever either says: both come from strangers.
final class Glob {
    private static final String ANY_PARTS = "**";

    private final List<String> pattern;

    Glob(String pattern) {
        this.pattern = List.of(pattern.split("/", -1));
    }

    boolean matches(String path) {
        var parts = path.split("/", -1);
        // reached[i]: the pattern's first parts so far match the path's first i parts
        var reached = new boolean[parts.length + 1];
        reached[0] = true;
        for (var part : pattern) {
            reached = part.equals(ANY_PARTS) ? fromFirst(reached) : step(reached, part, parts);
        }
        return reached[parts.length];
    }

    private static boolean[] fromFirst(boolean[] reached) {
        var next = new boolean[reached.length];
        var any = false;
        for (var i = 0; i < reached.length; i++) {
            any |= reached[i];
            next[i] = any;
        }
        return next;
    }

    private static boolean[] step(boolean[] reached, String pattern, String[] parts) {
        var next = new boolean[reached.length];
        for (var i = 0; i < parts.length; i++) {
            next[i + 1] = reached[i]
                    && matchesPart(
                            pattern.codePoints().toArray(),
                            parts[i].codePoints().toArray());
        }
        return next;
    }

    /// The well-known walk with one place to go back to: the last star.
    private static boolean matchesPart(int[] pattern, int[] text) {
        var p = 0;
        var t = 0;
        var star = -1;
        var afterStar = 0;
        while (t < text.length) {
            var width = p < pattern.length ? oneCharacter(pattern, p, text[t]) : 0;
            if (p < pattern.length && pattern[p] == '*') {
                star = p++;
                afterStar = t;
            } else if (width > 0) {
                p += width;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++afterStar;
            } else {
                return false;
            }
        }
        while (p < pattern.length && pattern[p] == '*') {
            p++;
        }
        return p == pattern.length;
    }

    /// How much of the pattern at `p` matches the character: 0 for no match.
    private static int oneCharacter(int[] pattern, int p, int character) {
        if (pattern[p] == '?') {
            return 1;
        }
        if (pattern[p] == '[') {
            var end = p + 1;
            while (end < pattern.length && pattern[end] != ']') {
                end++;
            }
            if (end < pattern.length) {
                for (var i = p + 1; i < end; i++) {
                    if (pattern[i] == character) {
                        return end - p + 1;
                    }
                }
                return 0;
            }
        }
        return pattern[p] == character ? 1 : 0;
    }
}
