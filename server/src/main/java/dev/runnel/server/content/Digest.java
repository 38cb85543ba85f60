package dev.runnel.server.content;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The SHA-256 of some bytes, by which they are named.
///
/// @param text `sha256:` and 64 lower-case hexadecimal digits
public record Digest(String text) {
    private static final String PREFIX = "sha256:";
    private static final Pattern FORM = Pattern.compile(PREFIX + "[0-9a-f]{64}");

    public Digest {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("not a digest: expected sha256: and 64 hexadecimal digits");
        }
    }

    /// The digest of these bytes.
    public static Digest of(byte[] bytes) {
        return finish(sha256(), bytes);
    }

    /// The digest of what has been put into `sha256`, which starts anew.
    public static Digest of(MessageDigest sha256) {
        return finish(sha256, new byte[0]);
    }

    /// An empty SHA-256, for what comes in pieces.
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static Digest finish(MessageDigest sha256, byte[] last) {
        return new Digest(PREFIX + HexFormat.of().formatHex(sha256.digest(last)));
    }

    @Override
    public String toString() {
        return text;
    }
}
