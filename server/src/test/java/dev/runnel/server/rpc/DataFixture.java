package dev.runnel.server.rpc;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.testkit.FakeExecutor;
import dev.runnel.server.admission.Admission;
import dev.runnel.server.approval.Approvals;
import dev.runnel.server.config.Configuration;
import dev.runnel.server.config.SessionSettings;
import dev.runnel.server.content.ContentStore;
import dev.runnel.server.content.WorkspaceArtifacts;
import dev.runnel.server.conversation.Conversations;
import dev.runnel.server.execution.Executions;
import dev.runnel.server.execution.Spool;
import dev.runnel.server.execution.Timers;
import dev.runnel.server.routing.ExecutorCatalog;
import dev.runnel.server.routing.Languages;
import dev.runnel.server.routing.LimitResolver;
import dev.runnel.server.routing.Placer;
import dev.runnel.server.routing.Router;
import dev.runnel.server.session.ExecutionsInside;
import dev.runnel.server.session.SessionDirectory;
import dev.runnel.server.session.Sessions;
import dev.runnel.server.testing.MovableClock;
import dev.runnel.v1.ConversationServiceGrpc;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.ExecutionServiceGrpc;
import dev.runnel.v1.FileServiceGrpc;
import dev.runnel.v1.SessionServiceGrpc;
import dev.runnel.v1.Stream;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A daemon's routing, content, sessions and executions with a fake executor behind, on a Unix socket of its
/// own, and one client of it.
final class DataFixture implements AutoCloseable {
    static final String INSTANCE = "instance-1";
    static final Duration CONTENT_EXPIRY = Duration.ofHours(1);
    static final Duration IDLE = Duration.ofMinutes(30);

    final FakeExecutor executor = new FakeExecutor();
    final MovableClock clock = new MovableClock();
    final Sessions sessions;
    final Conversations conversations;

    private final Approvals approvals;
    private final Timers timers = new Timers();
    private final Edge edge;
    private final EventLoopGroup clientLoops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ManagedChannel channel;

    DataFixture(Path directory) throws Exception {
        var settings = Configuration.defaults();
        var contents = ContentStore.open(
                directory.resolve("content"), new ContentStore.Bounds(DataSize.ofMebibytes(4), CONTENT_EXPIRY), clock);
        var placer = new Placer(new ExecutorCatalog(List.of(executor), List.of("fake")), Isolation.PROCESS);
        var limits = new LimitResolver(settings.limits());
        var places = new SessionDirectory();
        var languages = Languages.load(Path.of("../images"), Map.of());
        var router = new Router(languages, placer, limits, contents, places, Duration.ofMinutes(1));
        var executions = new Executions(
                INSTANCE,
                new Executions.Means(
                        router,
                        new Admission(new Admission.Bounds(64, 64, 4)),
                        new WorkspaceArtifacts(contents, DataSize.ofMebibytes(1)),
                        Spool.open(directory.resolve("events"), DataSize.ofMebibytes(64)),
                        timers),
                clock,
                new Executions.Retention(
                        Duration.ofMinutes(10),
                        DataSize.ofMebibytes(4),
                        DataSize.ofMebibytes(16),
                        DataSize.ofMebibytes(16)));
        sessions = new Sessions(
                places,
                languages,
                placer,
                limits,
                new ExecutionsInside(executions),
                new SessionSettings(IDLE, Duration.ofHours(1), Duration.ofHours(2), 8),
                clock);
        approvals = new Approvals(clock, Duration.ofMinutes(10));
        conversations = new Conversations(
                new Conversations.Means(executions, sessions, approvals, languages, clock, INSTANCE, 4 << 20),
                Duration.ofMinutes(10),
                8);
        var calls = new Calls(new Validation());
        var socket = directory.resolve("s");
        var listener = new Listener.Unix(socket, PosixFilePermissions.fromString("rw-------"), Optional.empty());
        edge = Edge.open(
                List.of(listener),
                INSTANCE,
                List.of(
                        new ExecutionRpc(calls, executions, clock, Duration.ofSeconds(15)),
                        new SessionRpc(calls, sessions, executions, INSTANCE),
                        new ConversationRpc(calls, conversations, executions, clock, Duration.ofSeconds(15)),
                        new FileRpc(calls, contents)));
        channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .eventLoopGroup(clientLoops)
                .channelType(EpollDomainSocketChannel.class)
                .usePlaintext()
                .build();
    }

    ExecutionServiceGrpc.ExecutionServiceBlockingStub executions() {
        return ExecutionServiceGrpc.newBlockingStub(channel);
    }

    SessionServiceGrpc.SessionServiceBlockingStub sessionClient() {
        return SessionServiceGrpc.newBlockingStub(channel);
    }

    ConversationServiceGrpc.ConversationServiceBlockingStub conversationClient() {
        return ConversationServiceGrpc.newBlockingStub(channel);
    }

    /// A stream that is not begun.
    ConverseStream converse() {
        return new ConverseStream(channel);
    }

    FileServiceGrpc.FileServiceBlockingStub files() {
        return FileServiceGrpc.newBlockingStub(channel);
    }

    FileServiceGrpc.FileServiceStub asyncFiles() {
        return FileServiceGrpc.newStub(channel);
    }

    /// Runs it to its end.
    List<ExecutionEvent> run(ExecuteRequest.Builder request) {
        var events = new ArrayList<ExecutionEvent>();
        executions().execute(request.build()).forEachRemaining(response -> events.add(response.getEvent()));
        return events;
    }

    /// What a run wrote to standard output.
    static String stdout(List<ExecutionEvent> events) {
        var text = new StringBuilder();
        events.stream()
                .filter(event -> event.getOutput().getStream() == Stream.STREAM_STDOUT)
                .forEach(event -> text.append(event.getOutput().getData().toStringUtf8()));
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        channel.shutdownNow();
        try (timers;
                edge;
                executor;
                sessions;
                approvals;
                conversations) {
            var _ = clientLoops.shutdownGracefully();
        }
    }
}
