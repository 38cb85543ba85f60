package dev.runnel.client;

import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/// One connection to a daemon, made again by itself when it is lost, and the thread that serves it.
///
/// NIO rather than epoll: it needs no native library, which would be unpacked to a temporary folder at
/// every start.
final class Connection implements AutoCloseable {
    private static final int FLOW_CONTROL_WINDOW = 1 << 20;
    /// RunResponse is the only message over 1 MiB.
    private static final int MAX_MESSAGE = 4 << 20;
    /// The daemon permits ten seconds.
    private static final Duration KEEPALIVE = Duration.ofSeconds(20);

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

    private final EventLoopGroup thread = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ManagedChannel channel;

    Connection(Target target) {
        channel = switch (target) {
            case Target.UnixSocket(var path) ->
                builder(UnixDomainSocketAddress.of(path))
                        .channelType(NioDomainSocketChannel.class)
                        .overrideAuthority("localhost")
                        .build();
            case Target.Tcp(var host, var port, var token) ->
                builder(new InetSocketAddress(host, port))
                        .channelType(NioSocketChannel.class)
                        .intercept(new Bearer(token))
                        .keepAliveTime(KEEPALIVE.toMillis(), TimeUnit.MILLISECONDS)
                        .build();
        };
    }

    private NettyChannelBuilder builder(SocketAddress address) {
        return NettyChannelBuilder.forAddress(address)
                .eventLoopGroup(thread)
                .usePlaintext()
                .directExecutor()
                .disableRetry()
                .initialFlowControlWindow(FLOW_CONTROL_WINDOW)
                .maxInboundMessageSize(MAX_MESSAGE);
    }

    Channel channel() {
        return channel;
    }

    /// Makes the next call try to connect at once, however recently that failed.
    void reconnectNow() {
        channel.resetConnectBackoff();
    }

    /// Lets calls in flight finish for a moment, then ends them.
    @Override
    public void close() {
        channel.shutdown();
        var interrupted = Thread.interrupted();
        try {
            if (!channel.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                channel.shutdownNow();
            }
        } catch (InterruptedException again) {
            interrupted = true;
            channel.shutdownNow();
        } finally {
            var _ = thread.shutdownGracefully(0, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// Sends the token with every call.
    private record Bearer(Token token) implements ClientInterceptor {
        private static final Metadata.Key<String> AUTHORIZATION =
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            return next.newCall(method, options.withCallCredentials(new CallCredentials() {
                @Override
                public void applyRequestMetadata(RequestInfo info, Executor executor, MetadataApplier applier) {
                    var headers = new Metadata();
                    headers.put(AUTHORIZATION, "Bearer " + token.value());
                    applier.apply(headers);
                }
            }));
        }
    }
}
