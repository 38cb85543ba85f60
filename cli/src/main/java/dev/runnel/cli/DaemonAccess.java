package dev.runnel.cli;

import dev.runnel.client.ClientSettings;
import dev.runnel.client.RunnelClient;
import dev.runnel.client.Target;
import dev.runnel.server.config.RuntimeDirectory;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// A daemon to talk to: one that was named, the one that runs here, or one inside this process.
final class DaemonAccess implements AutoCloseable {
    /// The name of the socket in the runtime directory; dev.runnel.server.config decides it.
    static final String SOCKET = "runneld.sock";

    private final RunnelClient client;
    private final Optional<EmbeddedDaemon> embedded;

    private DaemonAccess(RunnelClient client, Optional<EmbeddedDaemon> embedded) {
        this.client = client;
        this.embedded = embedded;
    }

    /// The daemon that the options name, otherwise the one at the usual socket, otherwise a new one in this
    /// process.
    static DaemonAccess open(DaemonOptions options) throws IOException {
        if (options.wantsEmbedded()) {
            return embedded(options.config());
        }
        var environment = System.getenv();
        var running = options.named(environment).or(() -> running(environment));
        return running.isPresent() ? to(running.get()) : embedded(Optional.empty());
    }

    /// The daemon that the options name or the one at the usual socket.
    ///
    /// @throws UsageException when there is none
    static DaemonAccess openRunning(DaemonOptions options) {
        if (options.wantsEmbedded()) {
            throw new UsageException(
                    "a daemon inside this command has nothing to tell: leave --embedded and --config out");
        }
        var environment = System.getenv();
        var running = options.named(environment)
                .or(() -> running(environment))
                .orElseThrow(
                        () -> new UsageException("no daemon is running at %s: start one with `runnel serve`, or name "
                                        .formatted(usualSocket(environment))
                                + "one with --socket or --address"));
        return to(running);
    }

    private static DaemonAccess to(Target running) {
        // Only a daemon needs netty's native library; to unpack and load it costs a third of a start.
        System.setProperty("io.grpc.netty.shaded.io.netty.transport.noNative", "true");
        return new DaemonAccess(connect(running), Optional.empty());
    }

    /// A daemon in this process, whatever else runs.
    ///
    /// @param config absent: every setting at its default
    static DaemonAccess embedded(Optional<Path> config) throws IOException {
        var daemon = EmbeddedDaemon.start(config);
        return new DaemonAccess(connect(daemon.target()), Optional.of(daemon));
    }

    RunnelClient client() {
        return client;
    }

    /// Whether the daemon is this process's own.
    boolean isEmbedded() {
        return embedded.isPresent();
    }

    @Override
    public void close() {
        client.close();
        embedded.ifPresent(EmbeddedDaemon::close);
    }

    /// A local daemon is either there or gone: only a network's breaks are worth waiting for.
    private static RunnelClient connect(Target target) {
        var patience = switch (target) {
            case Target.UnixSocket _ -> Duration.ZERO;
            case Target.Tcp _ -> ClientSettings.defaults().reconnectFor();
        };
        return RunnelClient.connect(
                target, new ClientSettings(patience, ClientSettings.defaults().callTimeout()));
    }

    private static Optional<Target> running(Map<String, String> environment) {
        var socket = usualSocket(environment);
        return isOurs(socket) && answers(socket) ? Optional.of(new Target.UnixSocket(socket)) : Optional.empty();
    }

    private static Path usualSocket(Map<String, String> environment) {
        try {
            return RuntimeDirectory.ofThisProcess(environment)
                    .choose(Optional.empty())
                    .resolve(SOCKET);
        } catch (IOException e) {
            throw new UsageException("runs on Linux only: " + e.getMessage());
        }
    }

    /// True when the socket and its folder belong to this user and nobody else can write there: in /tmp
    /// anybody could have put a daemon that only looks like ours.
    private static boolean isOurs(Path socket) {
        try {
            var own = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            var folder = Files.readAttributes(
                    socket.resolveSibling(""), "unix:uid,mode,isDirectory", LinkOption.NOFOLLOW_LINKS);
            var mode = (Integer) folder.getOrDefault("mode", 0777);
            return Boolean.TRUE.equals(folder.get("isDirectory")) && own.equals(folder.get("uid")) && (mode & 022) == 0;
        } catch (IOException _) {
            return false;
        }
    }

    private static boolean answers(Path socket) {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException _) {
            return false;
        }
    }
}
