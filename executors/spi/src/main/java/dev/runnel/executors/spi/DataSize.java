package dev.runnel.executors.spi;

import java.util.regex.Pattern;

/// A size in bytes, written with binary units: `512B`, `256KiB`, `1MiB`, `2GiB`.
///
/// @param bytes never negative
public record DataSize(long bytes) implements Comparable<DataSize> {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})\\s*(B|KiB|MiB|GiB|TiB)?");

    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size can't be negative: " + bytes);
        }
    }

    public static DataSize ofBytes(long bytes) {
        return new DataSize(bytes);
    }

    public static DataSize ofKibibytes(long kibibytes) {
        return new DataSize(Math.multiplyExact(kibibytes, 1L << 10));
    }

    public static DataSize ofMebibytes(long mebibytes) {
        return new DataSize(Math.multiplyExact(mebibytes, 1L << 20));
    }

    /// Reads `256MiB`; a bare number is bytes.
    ///
    /// @throws IllegalArgumentException saying what was expected
    public static DataSize parse(String text) {
        var matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "not a size: '" + text + "' (expected a whole number and B, KiB, MiB, GiB or TiB, such as 256MiB)");
        }
        var unit = matcher.group(2) == null ? "B" : matcher.group(2);
        var shift = switch (unit) {
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            case "TiB" -> 40;
            default -> 0;
        };
        try {
            return new DataSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift));
        } catch (ArithmeticException _) {
            throw new IllegalArgumentException("size too large: '" + text + "'");
        }
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /// The shortest exact form: `256MiB`, `1000B`.
    @Override
    public String toString() {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        var value = bytes;
        var unit = 0;
        while (value != 0 && value % 1024 == 0 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return value + units[unit];
    }
}
