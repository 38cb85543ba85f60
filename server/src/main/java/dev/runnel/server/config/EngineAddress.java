package dev.runnel.server.config;

import java.net.URI;
import java.net.URISyntaxException;

/// Where a Docker Engine listens.
///
/// @param uri `unix:///run/docker.sock` or `tcp://host:2375`
public record EngineAddress(URI uri) {
    public EngineAddress {
        if (!isSocket(uri) && !isTcp(uri)) {
            throw new IllegalArgumentException(
                    "not an engine's address: '" + uri + "' (expected unix:///var/run/docker.sock or tcp://host:port)");
        }
    }

    /// Reads what DOCKER_HOST holds, too.
    public static EngineAddress parse(String text) {
        try {
            return new EngineAddress(new URI(text));
        } catch (URISyntaxException _) {
            throw new IllegalArgumentException("not an engine's address: '" + text
                    + "' (expected unix:///var/run/docker.sock or tcp://host:port)");
        }
    }

    private static boolean isSocket(URI uri) {
        return "unix".equals(uri.getScheme())
                && uri.getAuthority() == null
                && uri.getPath() != null
                && uri.getPath().startsWith("/");
    }

    private static boolean isTcp(URI uri) {
        return "tcp".equals(uri.getScheme()) && uri.getHost() != null && uri.getPort() > 0;
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
