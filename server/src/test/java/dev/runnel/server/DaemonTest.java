package dev.runnel.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.testkit.FakeExecutor;
import dev.runnel.server.config.Configuration;
import dev.runnel.server.testing.TestExecutor;
import dev.runnel.server.yaml.YamlException;
import dev.runnel.server.yaml.YamlRecords;
import dev.runnel.v1.CancelledBy;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecuteResponse;
import dev.runnel.v1.ExecutionServiceGrpc;
import dev.runnel.v1.ExecutionSpec;
import dev.runnel.v1.GetCapabilitiesRequest;
import dev.runnel.v1.LanguageCapability;
import dev.runnel.v1.Program;
import dev.runnel.v1.SandboxKind;
import dev.runnel.v1.SystemServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class DaemonTest {
    private static final ExecuteRequest WAITS = request("print x", "wait forever");

    @TempDir
    private Path directory;

    private final FakeExecutor executor = new FakeExecutor();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final List<ManagedChannel> channels = new ArrayList<>();

    @BeforeEach
    void installLanguages() throws IOException {
        var python = Files.createDirectories(directory.resolve("languages/python"));
        Files.writeString(
                python.resolve("language.yaml"),
                "{name: python, aliases: [py], main_file: main.py, command: [python3, '{file}'], version: [python3, -V],"
                        + " warm: {kind: forked, command: [python3, '{file}'], cold_variables: [PYTHON*]}}");
        Files.createDirectory(python.resolve("warm"));
    }

    @AfterEach
    void disconnect() {
        channels.forEach(ManagedChannel::shutdownNow);
        var _ = loops.shutdownGracefully();
    }

    @Test
    void a_program_goes_through_routing_and_runs() throws Exception {
        try (var daemon = start("")) {
            var events = new ArrayList<ExecuteResponse>();

            executions(daemon).execute(request("print hi", "exit 2")).forEachRemaining(events::add);

            var spec = events.getFirst().getEvent().getAccepted().getResolvedSpec();
            assertThat(spec.getExecutor()).isEqualTo("fake");
            assertThat(spec.getProfile()).isEqualTo("default");
            assertThat(events.getLast().getEvent().getFinished().getOutcome().getExitCode())
                    .isEqualTo(2);
        }
    }

    @Test
    void capabilities_name_what_there_is() throws Exception {
        try (var daemon = start("")) {
            var capabilities = SystemServiceGrpc.newBlockingStub(connect(daemon))
                    .getCapabilities(GetCapabilitiesRequest.getDefaultInstance());

            assertThat(capabilities.getInstanceId()).isEqualTo(daemon.instance());
            assertThat(capabilities.getExecutors(0).getName()).isEqualTo("fake");
            assertThat(capabilities.getExecutors(0).getAvailable()).isTrue();
            assertThat(capabilities.getExecutors(0).getLimitMechanismsCount()).isEqualTo(8);
            assertThat(capabilities.getLanguages(0).getName()).isEqualTo("python");
            assertThat(capabilities.getExecutors(0).getSandboxKind()).isEqualTo(SandboxKind.SANDBOX_KIND_PLAIN);
            assertThat(capabilities.getLanguages(0).getExecutorsList()).containsExactly("fake");
            assertThat(capabilities.getLanguages(0).getWarm())
                    .as("without cells nothing is kept warm")
                    .isFalse();
            assertThat(capabilities.getModelText()).contains("python");
            assertThat(capabilities.getMaxRequestBytes()).isEqualTo(1 << 20);
        }
    }

    @Test
    void capabilities_tell_of_cells_and_of_what_is_kept_warm_for_them() throws Exception {
        var bash = Files.createDirectories(directory.resolve("languages/bash"));
        Files.writeString(
                bash.resolve("language.yaml"),
                "{name: bash, main_file: main.sh, command: [bash, '{file}'], version: [bash, --version]}");
        try (var daemon = start("", TestExecutor.named("cells").withCells())) {
            var capabilities = SystemServiceGrpc.newBlockingStub(connect(daemon))
                    .getCapabilities(GetCapabilitiesRequest.getDefaultInstance());

            assertThat(capabilities.getExecutors(0).getSandboxKind()).isEqualTo(SandboxKind.SANDBOX_KIND_CELL);
            assertThat(capabilities.getLanguagesList())
                    .extracting(LanguageCapability::getName, LanguageCapability::getWarm)
                    .containsExactly(tuple("bash", false), tuple("python", true));
        }
    }

    @Test
    void a_program_that_requires_a_cell_is_accepted_where_there_are_cells() throws Exception {
        try (var daemon = start("", TestExecutor.named("cells").withCells())) {
            var request = request("exit 0").toBuilder().setValidateOnly(true);
            request.getSpecBuilder().setExecutor("cells").setRequireCell(true);

            var accepted = executions(daemon).execute(request.build()).next();

            assertThat(accepted.getEvent().getAccepted().getResolvedSpec().getSandboxKind())
                    .isEqualTo(SandboxKind.SANDBOX_KIND_CELL);
        }
    }

    @Test
    void modules_to_preload_for_a_language_that_is_not_there_stop_the_start() {
        assertThatThrownBy(() -> start("languages: {ruby: {preload: [json]}}"))
                .isInstanceOf(YamlException.class)
                .hasMessageStartingWith("languages.ruby: there is no such language");
    }

    @Test
    void health_tells_of_the_daemon_its_services_and_its_executors() throws Exception {
        try (var daemon = start("")) {
            var health = HealthGrpc.newBlockingStub(connect(daemon));
            SystemServiceGrpc.newBlockingStub(connect(daemon))
                    .getCapabilities(GetCapabilitiesRequest.getDefaultInstance());

            assertThat(check(health, "")).isEqualTo(ServingStatus.SERVING);
            assertThat(check(health, "runnel.v1.ExecutionService")).isEqualTo(ServingStatus.SERVING);
            assertThat(check(health, "runnel.v1.SystemService")).isEqualTo(ServingStatus.SERVING);
            var watch = health.watch(HealthCheckRequest.newBuilder()
                    .setService("runnel.executor.fake")
                    .build());
            var last = watch.next().getStatus();
            while (last != ServingStatus.SERVING) {
                last = watch.next().getStatus();
            }
        }
    }

    @Test
    void only_its_user_can_open_the_socket_and_nothing_is_left_after_the_stop() throws Exception {
        var daemon = start("");
        var socket = daemon.socket();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");

        daemon.close();

        try (var left = Files.list(directory.resolve("run"))) {
            assertThat(left).isEmpty();
        }
        assertThat(executor.openSandboxes()).isEmpty();
    }

    @Test
    void a_second_daemon_does_not_take_the_socket_of_a_living_one() throws Exception {
        try (var first = start("")) {
            assertThatThrownBy(() -> start("", new FakeExecutor()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another daemon listens on " + first.socket());
            var events = executions(first).execute(request("exit 0"));
            events.forEachRemaining(_ -> {});
        }
    }

    @Test
    void a_stale_socket_is_replaced_and_anything_else_is_not() throws Exception {
        var run = Files.createDirectory(
                directory.resolve("run"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var socket = run.resolve("runneld.sock");
        try (var stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stale.bind(UnixDomainSocketAddress.of(socket));
        }
        try (var daemon = start("", new FakeExecutor())) {
            executions(daemon).execute(request("exit 0")).forEachRemaining(_ -> {});
        }

        Files.writeString(socket, "precious");
        assertThatThrownBy(() -> start("")).isInstanceOf(IOException.class).hasMessageContaining("in the way");

        assertThat(Files.readString(socket)).isEqualTo("precious");
    }

    @Test
    void shutdown_lets_what_runs_end_within_the_grace() throws Exception {
        var daemon = start("shutdown_grace: 30s");
        var events = executions(daemon).execute(request("wait end", "exit 5"));
        executor.awaitReached("end");

        var stop = Thread.ofVirtual().start(daemon::close);
        awaitDraining(daemon);
        executor.release("end");

        assertThat(last(events).getEvent().getFinished().getOutcome().getExitCode())
                .isEqualTo(5);
        stop.join();
    }

    @Test
    void shutdown_cancels_what_outlasts_the_grace_and_tells_so() throws Exception {
        var daemon = start("shutdown_grace: 1ms");
        var events = executions(daemon).execute(WAITS);
        executor.awaitReached("forever");

        daemon.close();

        assertThat(last(events)
                        .getEvent()
                        .getFinished()
                        .getOutcome()
                        .getCancelled()
                        .getBy())
                .isEqualTo(CancelledBy.CANCELLED_BY_SHUTDOWN);
    }

    @Test
    void while_it_drains_new_work_is_unavailable_and_says_when_to_retry() throws Exception {
        var daemon = start("shutdown_grace: 30s");
        var events = executions(daemon).execute(request("wait end"));
        executor.awaitReached("end");
        var stop = Thread.ofVirtual().start(daemon::close);

        var refused = awaitDraining(daemon);

        assertThat(refused.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refused.getMessage()).contains("shutting down");
        executor.release("end");
        events.forEachRemaining(_ -> {});
        stop.join();
    }

    @Test
    void tcp_needs_the_token() throws Exception {
        var token = directory.resolve("token");
        try (var daemon = start("listeners: {tcp: {address: '127.0.0.1:0', token_file: " + token + "}}")) {
            var channel = NettyChannelBuilder.forAddress(
                            "127.0.0.1", daemon.ports().getFirst())
                    .usePlaintext()
                    .build();
            channels.add(channel);
            var stub = SystemServiceGrpc.newBlockingStub(channel);
            var question = GetCapabilitiesRequest.getDefaultInstance();

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token)))
                    .isEqualTo("rw-------");
            assertThatThrownBy(() -> stub.getCapabilities(question))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED));
            assertThatThrownBy(() -> bearing(stub, "wrong").getCapabilities(question))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Code.UNAUTHENTICATED));
            var right = Files.readString(token).strip();
            assertThat(bearing(stub, right).getCapabilities(question).getInstanceId())
                    .isEqualTo(daemon.instance());
        }
    }

    @Test
    void a_token_that_others_can_read_stops_the_start() throws Exception {
        var token = Files.writeString(directory.resolve("token"), "0123456789abcdef0123456789abcdef");
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(() -> start("listeners: {tcp: {address: '127.0.0.1:0', token_file: " + token + "}}"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chmod 0600");

        try (var left = Files.list(directory.resolve("run"))) {
            assertThat(left).isEmpty();
        }
    }

    private Daemon start(String more) throws IOException, YamlException {
        return start(more, executor);
    }

    private Daemon start(String more, Executor executor) throws IOException, YamlException {
        var yaml = "runtime_directory: " + directory.resolve("run") + "\n" + "languages_directory: "
                + directory.resolve("languages") + "\n" + more + "\n";
        var configuration = YamlRecords.parse("test.yaml", yaml, Configuration.class);
        var surroundings = new Daemon.Surroundings(directory.resolve("languages"), false);
        return Daemon.start(configuration, surroundings, (_, _, _) -> List.of(executor));
    }

    /// Calls until the answer is that the daemon drains.
    private StatusRuntimeException awaitDraining(Daemon daemon) {
        while (true) {
            try {
                executions(daemon).execute(request("exit 0")).forEachRemaining(_ -> {});
            } catch (StatusRuntimeException e) {
                return e;
            }
        }
    }

    private static SystemServiceGrpc.SystemServiceBlockingStub bearing(
            SystemServiceGrpc.SystemServiceBlockingStub stub, String token) {
        var metadata = new Metadata();
        metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private ExecutionServiceGrpc.ExecutionServiceBlockingStub executions(Daemon daemon) {
        return ExecutionServiceGrpc.newBlockingStub(connect(daemon));
    }

    private ManagedChannel connect(Daemon daemon) {
        var channel = NettyChannelBuilder.forAddress(
                        new DomainSocketAddress(daemon.socket().toFile()))
                .eventLoopGroup(loops)
                .channelType(EpollDomainSocketChannel.class)
                .usePlaintext()
                .build();
        channels.add(channel);
        return channel;
    }

    private static ServingStatus check(HealthGrpc.HealthBlockingStub health, String service) {
        return health.check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    private static ExecuteResponse last(Iterator<ExecuteResponse> events) {
        var last = events.next();
        while (events.hasNext()) {
            last = events.next();
        }
        return last;
    }

    private static ExecuteRequest request(String... lines) {
        return ExecuteRequest.newBuilder()
                .setSpec(ExecutionSpec.newBuilder()
                        .setExecutor("fake")
                        .setProgram(Program.newBuilder().setLanguage("py").setCode(String.join("\n", lines))))
                .build();
    }
}
