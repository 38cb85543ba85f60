package dev.runnel.server.config;

import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/// Permission bits of a file.
///
/// @param bits 0 to 0777
public record FileMode(int bits) {
    public FileMode {
        if ((bits & ~0777) != 0) {
            throw new IllegalArgumentException("not a file mode: 0" + Integer.toOctalString(bits));
        }
    }

    /// Reads `0600`.
    public static FileMode parse(String text) {
        if (!text.matches("0?[0-7]{3}")) {
            throw new IllegalArgumentException("not a file mode: '" + text + "' (expected octal, such as 0600)");
        }
        return new FileMode(Integer.parseInt(text, 8));
    }

    /// Whether anybody but the owner has any right.
    public boolean letsOthersIn() {
        return (bits & 0077) != 0;
    }

    /// The same for java.nio.
    public Set<PosixFilePermission> permissions() {
        var permissions = EnumSet.noneOf(PosixFilePermission.class);
        var all = PosixFilePermission.values(); // OWNER_READ … OTHERS_EXECUTE: from 0400 down to 0001
        for (var i = 0; i < all.length; i++) {
            if ((bits & 0400 >> i) != 0) {
                permissions.add(all[i]);
            }
        }
        return permissions;
    }

    @Override
    public String toString() {
        return "0%03o".formatted(bits);
    }
}
