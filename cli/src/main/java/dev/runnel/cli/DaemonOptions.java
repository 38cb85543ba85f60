package dev.runnel.cli;

import dev.runnel.client.Target;
import dev.runnel.client.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Options that say which daemon to use.
final class DaemonOptions {
    @Option(
            names = "--socket",
            paramLabel = "PATH",
            description = "The daemon's Unix socket. Default: RUNNEL_SOCKET, or the socket that `runnel serve` makes.")
    private Optional<Path> socket = Optional.empty();

    @Option(names = "--address", paramLabel = "HOST:PORT", description = "The daemon's TCP address.")
    private Optional<String> address = Optional.empty();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "The file with the daemon's token; needed with --address.")
    private Optional<Path> tokenFile = Optional.empty();

    @Option(names = "--embedded", description = "Start a daemon inside this command, even if one is running.")
    private boolean embedded;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration of a daemon inside this command; one is started even if another is "
                    + "running.")
    private Optional<Path> config = Optional.empty();

    /// Whether a daemon of the command's own was asked for.
    boolean wantsEmbedded() {
        if ((embedded || config.isPresent()) && (socket.isPresent() || address.isPresent())) {
            throw new UsageException("--embedded and --config exclude --socket and --address");
        }
        return embedded || config.isPresent();
    }

    /// The configuration of a daemon of the command's own; absent: every setting at its default.
    Optional<Path> config() {
        return config;
    }

    /// The daemon that was named; absent when none was and the default applies.
    ///
    /// @throws UsageException when the options do not fit together or can't be read
    Optional<Target> named(Map<String, String> environment) {
        if (address.isPresent()) {
            if (socket.isPresent()) {
                throw new UsageException("--socket and --address exclude each other");
            }
            return Optional.of(tcp(address.get()));
        }
        if (tokenFile.isPresent()) {
            throw new UsageException("--token-file is for --address; a socket needs no token");
        }
        return socket.or(() -> Optional.ofNullable(environment.get("RUNNEL_SOCKET"))
                        .filter(path -> !path.isBlank())
                        .map(Path::of))
                .map(Target.UnixSocket::new);
    }

    private Target tcp(String text) {
        var colon = text.lastIndexOf(':');
        var host = colon < 0 ? "" : text.substring(0, colon).replaceAll("^\\[(.*)]$", "$1");
        if (host.isEmpty()) {
            throw new UsageException("--address: not HOST:PORT: '" + text + "'");
        }
        var file = tokenFile.orElseThrow(() -> new UsageException("--address needs --token-file"));
        try {
            var port = Integer.parseInt(text.substring(colon + 1));
            return new Target.Tcp(host, port, new Token(Files.readString(file)));
        } catch (NumberFormatException _) {
            throw new UsageException("--address: not HOST:PORT: '" + text + "'");
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException("--token-file: %s can't be used: %s".formatted(file, e));
        }
    }
}
