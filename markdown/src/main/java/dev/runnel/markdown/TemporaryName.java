package dev.runnel.markdown;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The name of the file that a block without one is saved as.
public final class TemporaryName {
    private TemporaryName() {}

    /// `tmp_code_SHA256.EXTENSION`, as AutoGen 0.7 names it: the same code has the same name.
    ///
    /// @param code as it is saved; the digest is of its UTF-8
    /// @param extension without the dot: `py`, `ps1`, and in other languages AutoGen takes their name
    public static String of(String code, String extension) {
        var digest = sha256().digest(code.getBytes(StandardCharsets.UTF_8));
        return "tmp_code_" + HexFormat.of().formatHex(digest) + "." + extension;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java platform has SHA-256", missing);
        }
    }
}
