package dev.runnel.server.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/// The file that has the bearer token for TCP: mode 0600, so that who can read it is the daemon's own user.
public final class TokenFile {
    private static final int RANDOM_BYTES = 32;
    private static final int MIN_LENGTH = 16;
    private static final int MAX_BYTES = 4096;
    private static final Set<PosixFilePermission> OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private TokenFile() {}

    /// Reads the token; a file that is missing is made with a random one.
    ///
    /// @throws IOException when the file is readable by others, no regular file, empty or too short
    public static Secret readOrCreate(Path file) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER));
            Files.writeString(file, random() + "\n");
        } catch (FileAlreadyExistsException _) {
            // it is checked below, as a new one is
        }
        check(file);
        var token = Files.readString(file, StandardCharsets.US_ASCII).strip();
        if (token.length() < MIN_LENGTH) {
            throw new IOException("the token in " + file + " is shorter than " + MIN_LENGTH
                    + " characters: remove the file to have one made");
        }
        return new Secret(token);
    }

    private static void check(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " is not a small regular file: a token file is");
        }
        if (!OWNER.containsAll(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS))) {
            throw new IOException(file + " can be read by others: chmod 0600 it, and replace the token");
        }
    }

    private static String random() {
        var bytes = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
