package dev.runnel.server.config;

import java.util.regex.Pattern;

/// User ids from first to last, both included.
public record UidRange(int first, int last) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,10})-(\\d{1,10})");

    /// Below this are the machine's own users.
    private static final int LEAST = 1000;

    public UidRange {
        if (first < LEAST) {
            throw new IllegalArgumentException("uids below " + LEAST + " belong to the system");
        }
        if (last < first) {
            throw new IllegalArgumentException("the range " + first + "-" + last + " is empty");
        }
    }

    /// Reads `1900000000-1900065535`.
    public static UidRange parse(String text) {
        var matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a range of uids: '" + text
                    + "' (expected the first and the last, such as 1900000000-1900065535)");
        }
        return new UidRange(uid(matcher.group(1)), uid(matcher.group(2)));
    }

    private static int uid(String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException("a uid is at most " + Integer.MAX_VALUE);
        }
    }

    public int size() {
        return last - first + 1;
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
