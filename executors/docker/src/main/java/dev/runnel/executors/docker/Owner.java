package dev.runnel.executors.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Who makes containers, by what is the same for the next daemon in its place and for no other that lives:
/// the machine, the pid namespace and the runtime directory.
///
/// The path alone would not do: daemons of two machines, or in two containers, may use one engine and call
/// their directories the same. The first namespace of a machine has the same number at each boot; another
/// has it for as long as it lives, so that what a daemon in a container leaves without its directory is
/// left to people.
///
/// @param id 32 hexadecimal digits
record Owner(String id) {
    private static final int DIGITS = 32;

    /// @param runtime exists
    static Owner of(Path runtime) throws IOException {
        var parts = String.join(
                "\n",
                line(Path.of("/etc/machine-id")),
                line(Path.of("/proc/sys/kernel/hostname")),
                Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString(),
                runtime.toRealPath().toString());
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(parts.getBytes(StandardCharsets.UTF_8));
            return new Owner(HexFormat.of().formatHex(digest).substring(0, DIGITS));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    private static String line(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file).strip() : "";
    }
}
