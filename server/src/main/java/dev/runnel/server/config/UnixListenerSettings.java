package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// The Unix socket. Who can open it is a client: its mode is the access control.
///
/// @param path absent: `runneld.sock` in the runtime directory
/// @param group that the socket is given to, by name; absent: the daemon's own
public record UnixListenerSettings(
        Optional<Path> path, @Default("0600") FileMode mode, Optional<String> group) {
    /// Linux's sun_path holds 108 bytes with the final NUL (unix(7)).
    private static final int MAX_PATH_BYTES = 107;

    public UnixListenerSettings {
        if (path.isPresent()) {
            Rules.absolute("path", path.get());
            InvalidKeyException.unless(
                    path.get().toString().getBytes(StandardCharsets.UTF_8).length <= MAX_PATH_BYTES,
                    "path",
                    "is longer than the " + MAX_PATH_BYTES + " bytes that a socket's path may have");
        }
        InvalidKeyException.unless(
                path.isPresent() || !mode.letsOthersIn(),
                "mode",
                "lets other users in, but the runtime directory keeps them out: give the socket a path of its own");
    }

    /// Where the socket is.
    public Path socket(Path runtimeDirectory) {
        return path.orElse(runtimeDirectory.resolve("runneld.sock"));
    }
}
