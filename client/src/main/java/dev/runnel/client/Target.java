package dev.runnel.client;

import java.nio.file.Path;

/// Where a daemon listens.
public sealed interface Target {
    /// A Unix socket; the file's permissions are the only credential.
    ///
    /// @param path absolute or relative to the working directory; at most about 100 bytes (unix(7))
    record UnixSocket(Path path) implements Target {
        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /// TCP on loopback, or through a tunnel: the connection itself is not encrypted.
    ///
    /// @param token the contents of the daemon's token file
    record Tcp(String host, int port, Token token) implements Target {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }
}
