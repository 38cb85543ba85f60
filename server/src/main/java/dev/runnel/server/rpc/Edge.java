package dev.runnel.server.rpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The daemon's listeners, each a gRPC server with the same services.
///
/// Callbacks run on the event loop itself: every method only starts a virtual thread, so a pool between the
/// two would be one more hop.
public final class Edge implements AutoCloseable {
    /// The largest message the daemon takes.
    public static final int MAX_REQUEST_BYTES = 1 << 20;

    private static final int FLOW_CONTROL_WINDOW = 1 << 20;
    private static final int MAX_METADATA_BYTES = 16_384;
    private static final int MAX_CALLS_PER_CONNECTION = 1_000;
    private static final Duration KEEPALIVE = Duration.ofSeconds(10);
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final EventLoopGroup eventLoops;
    private final List<Server> servers = new ArrayList<>();
    private final List<SocketFile> socketFiles = new ArrayList<>();

    private Edge(int threads) {
        eventLoops = new MultiThreadIoEventLoopGroup(threads, EpollIoHandler.newFactory());
    }

    /// Listens.
    ///
    /// @throws IOException saying which listener could not be had; then none is left
    public static Edge open(List<Listener> listeners, String instance, List<BindableService> services)
            throws IOException {
        var edge = new Edge(Math.max(1, Runtime.getRuntime().availableProcessors()));
        try {
            for (var listener : listeners) {
                edge.listen(listener, new InstanceHeader(instance), services);
            }
            return edge;
        } catch (IOException | RuntimeException e) {
            try (edge) {
                throw e;
            }
        }
    }

    /// Ports of the TCP listeners, in their order.
    public List<Integer> ports() {
        return servers.stream().map(Server::getPort).filter(port -> port >= 0).toList();
    }

    /// Takes no more calls, gives the last answers a moment to be read, then cuts.
    @Override
    public void close() throws IOException {
        servers.forEach(Server::shutdown);
        try {
            var deadline = System.nanoTime() + LAST_WORDS.toNanos();
            for (var server : servers) {
                server.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        servers.forEach(Server::shutdownNow);
        var _ = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        for (var file : socketFiles) {
            file.close();
        }
    }

    private void listen(Listener listener, ServerInterceptor header, List<BindableService> services)
            throws IOException {
        switch (listener) {
            case Listener.Unix unix -> {
                var file = SocketFile.claim(unix.path());
                socketFiles.add(file);
                var address = new DomainSocketAddress(file.unpublished().toFile());
                var builder = builder(address).channelType(EpollServerDomainSocketChannel.class);
                start(builder, services, header, new SocketIdentity());
                file.publish(unix.mode(), unix.group());
            }
            case Listener.Tcp tcp -> {
                var address = InetAddress.getByName(tcp.host());
                if (!address.isLoopbackAddress()) {
                    throw new IOException(tcp.host() + " is not a loopback address: the daemon listens on no other");
                }
                var builder =
                        builder(new InetSocketAddress(address, tcp.port())).channelType(EpollServerSocketChannel.class);
                start(builder, services, header, new TokenIdentity(tcp.token()));
            }
        }
    }

    private NettyServerBuilder builder(SocketAddress address) {
        return NettyServerBuilder.forAddress(address)
                .bossEventLoopGroup(eventLoops)
                .workerEventLoopGroup(eventLoops)
                .directExecutor()
                .initialFlowControlWindow(FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize(MAX_REQUEST_BYTES)
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                .permitKeepAliveTime(KEEPALIVE.toSeconds(), TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
    }

    /// @param identity runs first: nothing is known about a call before it is known whose it is
    private void start(
            NettyServerBuilder builder,
            List<BindableService> services,
            ServerInterceptor header,
            ServerInterceptor identity)
            throws IOException {
        services.forEach(service -> builder.addService(ServerInterceptors.interceptForward(service, header, identity)));
        servers.add(builder.build().start());
    }
}
