package dev.runnel.server.rpc;

import dev.runnel.server.auth.Secret;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/// Where clients reach the daemon, and how it knows who they are.
public sealed interface Listener {
    /// A Unix socket: who can open it is a client.
    ///
    /// @param group the socket is given to it; absent: the daemon's own
    record Unix(Path path, Set<PosixFilePermission> mode, Optional<String> group) implements Listener {
        public Unix {
            mode = Set.copyOf(mode);
        }
    }

    /// TCP on loopback: who knows the token is a client.
    ///
    /// @param port 0: any that is free
    record Tcp(String host, int port, Secret token) implements Listener {}
}
