package dev.runnel.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Names of content as the contract has them: "sha256:" and 64 hexadecimal digits.
final class Digests {
    private static final int CHUNK = 64 * 1024;

    private Digests() {}

    static String of(byte[] content) {
        var sha256 = sha256();
        sha256.update(content);
        return named(sha256);
    }

    static String of(Path file) throws IOException {
        var sha256 = sha256();
        try (var in = Files.newInputStream(file)) {
            for (var chunk = in.readNBytes(CHUNK); chunk.length > 0; chunk = in.readNBytes(CHUNK)) {
                sha256.update(chunk);
            }
        }
        return named(sha256);
    }

    private static String named(MessageDigest sha256) {
        return "sha256:" + HexFormat.of().formatHex(sha256.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
