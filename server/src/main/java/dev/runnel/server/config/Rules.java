package dev.runnel.server.config;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.server.yaml.InvalidKeyException;
import java.nio.file.Path;
import java.time.Duration;

/// Rules that several settings share.
final class Rules {
    /// Times are counted in nanoseconds of 64 bits, which last for 292 years.
    private static final Duration LONGEST = Duration.ofDays(3650);

    private Rules() {}

    static void positive(String key, int value) {
        InvalidKeyException.unless(value > 0, key, "must be positive");
    }

    static void positive(String key, Duration value) {
        InvalidKeyException.unless(value.isPositive(), key, "must be positive");
        InvalidKeyException.unless(value.compareTo(LONGEST) <= 0, key, "is longer than " + LONGEST.toDays() + "d");
    }

    static void positive(String key, DataSize value) {
        InvalidKeyException.unless(value.bytes() > 0, key, "must be positive");
    }

    static void absolute(String key, Path value) {
        InvalidKeyException.unless(value.isAbsolute(), key, "must be an absolute path");
    }
}
