package dev.runnel.server.config;

import java.nio.file.Path;

/// TCP on loopback. A pod or a shared machine shares its loopback, so a token is always needed.
///
/// @param address where to listen
/// @param tokenFile what clients must send as their bearer token; a file of mode 0600
public record TcpListenerSettings(LoopbackAddress address, Path tokenFile) {
    public TcpListenerSettings {
        Rules.absolute("token_file", tokenFile);
    }
}
