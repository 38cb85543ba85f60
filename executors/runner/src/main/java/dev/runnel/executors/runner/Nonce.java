package dev.runnel.executors.runner;

import java.security.SecureRandom;
import java.util.HexFormat;

/// Random names. Thread-safe.
public final class Nonce {
    /// Nobody guesses that many.
    public static final int BYTES = 12;

    private static final SecureRandom RANDOM = new SecureRandom();

    private Nonce() {}

    /// Twice as many hexadecimal digits as bytes.
    public static String random(int bytes) {
        var random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
