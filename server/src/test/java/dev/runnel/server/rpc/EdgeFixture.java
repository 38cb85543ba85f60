package dev.runnel.server.rpc;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.testkit.FakeExecutor;
import dev.runnel.server.admission.Admission;
import dev.runnel.server.approval.Approvals;
import dev.runnel.server.execution.Executions;
import dev.runnel.server.execution.Spool;
import dev.runnel.server.execution.Timers;
import dev.runnel.server.observe.JavaLogging;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecutionServiceGrpc;
import dev.runnel.v1.ExecutionSpec;
import dev.runnel.v1.Program;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// A daemon's edge and executions with a fake executor behind, on a Unix socket of its own, and clients of it.
final class EdgeFixture implements AutoCloseable {
    static final String INSTANCE = "instance-1";

    final FakeExecutor executor = new FakeExecutor();
    final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    final InstantSource clock = now::get;
    final Executions executions;
    final Approvals approvals = new Approvals(clock, Duration.ofMinutes(10));
    final Path socket;
    final Health health = new Health();

    private final Path directory;
    private final Timers timers = new Timers();
    private final Edge edge;
    private final EventLoopGroup clientLoops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final List<ManagedChannel> channels = new ArrayList<>();

    EdgeFixture() {
        this(new Admission.Bounds(64, 64, 4), Duration.ofSeconds(15));
    }

    EdgeFixture(Admission.Bounds bounds, Duration silence) {
        JavaLogging.quieten();
        try {
            directory = Files.createTempDirectory("edge");
            socket = directory.resolve("s");
            executions = new Executions(
                    INSTANCE,
                    new Executions.Means(
                            new PlainResolver(executor),
                            new Admission(bounds),
                            (_, _, _) -> List.of(),
                            Spool.open(directory.resolve("events"), DataSize.ofMebibytes(256)),
                            timers),
                    clock,
                    new Executions.Retention(
                            Duration.ofMinutes(10),
                            DataSize.ofMebibytes(4),
                            DataSize.ofMebibytes(64),
                            DataSize.ofMebibytes(16)));
            var calls = new Calls(new Validation());
            var service = new ExecutionRpc(calls, executions, clock, silence);
            var listener = new Listener.Unix(socket, PosixFilePermissions.fromString("rw-------"), Optional.empty());
            var approvalService = new ApprovalRpc(calls, approvals, INSTANCE, silence);
            edge = Edge.open(List.of(listener), INSTANCE, List.of(service, approvalService, health.service()));
            health.serving(List.of(service, approvalService));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A new connection.
    ManagedChannel connect() {
        var channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .eventLoopGroup(clientLoops)
                .channelType(EpollDomainSocketChannel.class)
                .usePlaintext()
                .build();
        channels.add(channel);
        return channel;
    }

    /// A client with a connection of its own.
    ExecutionServiceGrpc.ExecutionServiceBlockingStub client() {
        return ExecutionServiceGrpc.newBlockingStub(connect());
    }

    /// A request for a program in the words of the fake executor.
    static ExecuteRequest.Builder program(String... lines) {
        return ExecuteRequest.newBuilder()
                .setSpec(ExecutionSpec.newBuilder()
                        .setProgram(Program.newBuilder().setLanguage("python").setCode(String.join("\n", lines))));
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        try (timers;
                edge;
                executor) {
            var _ = clientLoops.shutdownGracefully();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            executions.close();
            Files.delete(directory.resolve("events"));
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
