package dev.runnel.client;

import dev.runnel.client.ExecutionStream.Opening;
import dev.runnel.v1.ApprovalServiceGrpc;
import dev.runnel.v1.AttachExecutionRequest;
import dev.runnel.v1.CancelExecutionRequest;
import dev.runnel.v1.ConversationSpec;
import dev.runnel.v1.CreateSessionRequest;
import dev.runnel.v1.CreateSessionResponse;
import dev.runnel.v1.DecideApprovalRequest;
import dev.runnel.v1.DecideApprovalResponse;
import dev.runnel.v1.DeleteSessionRequest;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.Execution;
import dev.runnel.v1.ExecutionServiceGrpc;
import dev.runnel.v1.GetCapabilitiesRequest;
import dev.runnel.v1.GetCapabilitiesResponse;
import dev.runnel.v1.GetExecutionRequest;
import dev.runnel.v1.GetSessionRequest;
import dev.runnel.v1.ListApprovalsRequest;
import dev.runnel.v1.ListApprovalsResponse;
import dev.runnel.v1.ListExecutionsRequest;
import dev.runnel.v1.ListExecutionsResponse;
import dev.runnel.v1.ListSessionsRequest;
import dev.runnel.v1.ListSessionsResponse;
import dev.runnel.v1.OnDisconnect;
import dev.runnel.v1.OpenConversationRequest;
import dev.runnel.v1.RunRequest;
import dev.runnel.v1.RunResponse;
import dev.runnel.v1.SendSignalRequest;
import dev.runnel.v1.Session;
import dev.runnel.v1.SessionServiceGrpc;
import dev.runnel.v1.SystemServiceGrpc;
import dev.runnel.v1.WatchApprovalsRequest;
import dev.runnel.v1.WatchApprovalsResponse;
import dev.runnel.v1.WriteStdinRequest;
import dev.runnel.v1.WriteStdinResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.AbstractBlockingStub;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A daemon, as its clients see it.
///
/// Thread-safe: one client serves a whole program. Nothing is sent before the first call, so a client can
/// be made while the daemon is still starting. Requests and answers are the contract's own messages; what
/// they mean is said there. Every method but the streams gives up after [ClientSettings#callTimeout()], and
/// throws [RunnelException] when the daemon refuses or can't be reached.
public final class RunnelClient implements AutoCloseable {
    private final Target target;
    private final ClientSettings settings;
    private final Connection connection;

    private RunnelClient(Target target, ClientSettings settings) {
        this.target = target;
        this.settings = settings;
        this.connection = new Connection(target);
    }

    /// A client with [ClientSettings#defaults()].
    public static RunnelClient connect(Target target) {
        return connect(target, ClientSettings.defaults());
    }

    /// A client of the daemon at `target`.
    public static RunnelClient connect(Target target, ClientSettings settings) {
        return new RunnelClient(target, settings);
    }

    /// Runs a program and streams its events.
    ///
    /// Chooses an execution id where the request has none, so that a lost connection never runs a program
    /// twice, and asks for as much grace as this client takes to come back where the request says nothing
    /// of disconnects.
    public ExecutionStream execute(ExecuteRequest request) {
        var complete = request.toBuilder();
        if (request.getExecutionId().isEmpty()) {
            complete.setExecutionId(UUID.randomUUID().toString());
        }
        if (!request.hasOnDisconnect()) {
            complete.setOnDisconnect(OnDisconnect.newBuilder()
                    .setCancel(OnDisconnect.Cancel.newBuilder().setGrace(duration(settings.reconnectFor()))));
        }
        return open(new Opening.Execute(complete.build()));
    }

    /// Streams the events of an execution that exists.
    public ExecutionStream attach(AttachExecutionRequest request) {
        return open(new Opening.Attach(request));
    }

    private ExecutionStream open(Opening opening) {
        return new ExecutionStream(
                connection.channel(), target, opening, settings.reconnectFor(), connection::reconnectNow);
    }

    /// Opens a conversation and streams its events.
    ///
    /// Asks for as much patience as this client takes to come back where the spec has no absence_timeout.
    public ConversationStream converse(ConversationSpec spec) {
        var complete = spec.toBuilder();
        if (!spec.hasAbsenceTimeout()) {
            complete.setAbsenceTimeout(duration(settings.reconnectFor()));
        }
        var request = OpenConversationRequest.newBuilder()
                .setConversationId(UUID.randomUUID().toString())
                .setSpec(complete)
                .build();
        return new ConversationStream(
                connection.channel(), target, request, settings.reconnectFor(), connection::reconnectNow);
    }

    /// Runs a program and answers when it has ended, with the beginning and the end of its output. Not
    /// repeated when the connection is lost: [#execute] does that better.
    public RunResponse run(RunRequest request) {
        return call(
                () -> ExecutionServiceGrpc.newBlockingStub(connection.channel()).run(request));
    }

    /// One execution's record.
    public Execution getExecution(String executionId) {
        var request =
                GetExecutionRequest.newBuilder().setExecutionId(executionId).build();
        return call(() -> timed(ExecutionServiceGrpc.newBlockingStub(connection.channel()))
                .getExecution(request)
                .getExecution());
    }

    /// Executions, newest first.
    public ListExecutionsResponse listExecutions(ListExecutionsRequest request) {
        return call(() -> timed(ExecutionServiceGrpc.newBlockingStub(connection.channel()))
                .listExecutions(request));
    }

    /// Ends an execution and returns its record when the end is decided.
    public Execution cancelExecution(CancelExecutionRequest request) {
        return call(() -> ExecutionServiceGrpc.newBlockingStub(connection.channel())
                .withDeadlineAfter(
                        settings.callTimeout()
                                .plusSeconds(request.getGrace().getSeconds())
                                .toMillis(),
                        TimeUnit.MILLISECONDS)
                .cancelExecution(request)
                .getExecution());
    }

    /// Writes to a program's standard input. Writing the same offset again is harmless; what is not
    /// accepted is to be written again from the offset returned.
    public WriteStdinResponse writeStdin(WriteStdinRequest request) {
        return call(() -> timed(ExecutionServiceGrpc.newBlockingStub(connection.channel()))
                .writeStdin(request));
    }

    /// Sends a signal to a running program.
    public void sendSignal(SendSignalRequest request) {
        var _ = call(() -> timed(ExecutionServiceGrpc.newBlockingStub(connection.channel()))
                .sendSignal(request));
    }

    /// Creates a session.
    public CreateSessionResponse createSession(CreateSessionRequest request) {
        return call(() ->
                timed(SessionServiceGrpc.newBlockingStub(connection.channel())).createSession(request));
    }

    /// One session's record.
    public Session getSession(String sessionId) {
        var request = GetSessionRequest.newBuilder().setSessionId(sessionId).build();
        return call(() -> timed(SessionServiceGrpc.newBlockingStub(connection.channel()))
                .getSession(request)
                .getSession());
    }

    /// Sessions, newest first.
    public ListSessionsResponse listSessions(ListSessionsRequest request) {
        return call(() ->
                timed(SessionServiceGrpc.newBlockingStub(connection.channel())).listSessions(request));
    }

    /// Deletes a session, its workspace and what runs in it. Harmless when it is already gone.
    public void deleteSession(String sessionId) {
        var request = DeleteSessionRequest.newBuilder().setSessionId(sessionId).build();
        var _ = call(() ->
                timed(SessionServiceGrpc.newBlockingStub(connection.channel())).deleteSession(request));
    }

    /// What waits for a person's approval, newest first.
    public ListApprovalsResponse listApprovals(ListApprovalsRequest request) {
        return call(() ->
                timed(ApprovalServiceGrpc.newBlockingStub(connection.channel())).listApprovals(request));
    }

    /// Lets something that waits run, or not. The same decision again is harmless.
    public DecideApprovalResponse decideApproval(DecideApprovalRequest request) {
        return call(() ->
                timed(ApprovalServiceGrpc.newBlockingStub(connection.channel())).decideApproval(request));
    }

    /// Gives each step of a watch to `steps`, but no heartbeats, for as long as the daemon and the connection last.
    ///
    /// @throws RunnelException at its end, whatever that was; the last resume token goes on from there
    public void watchApprovals(WatchApprovalsRequest request, Consumer<WatchApprovalsResponse> steps) {
        var _ = call(() -> {
            var stream =
                    ApprovalServiceGrpc.newBlockingStub(connection.channel()).watchApprovals(request);
            while (stream.hasNext()) {
                var step = stream.next();
                if (!step.hasHeartbeat()) {
                    steps.accept(step);
                }
            }
            throw Status.UNAVAILABLE.withDescription("the watch ended").asRuntimeException();
        });
    }

    /// What the daemon can do.
    public GetCapabilitiesResponse capabilities() {
        return call(() -> timed(SystemServiceGrpc.newBlockingStub(connection.channel()))
                .getCapabilities(GetCapabilitiesRequest.getDefaultInstance()));
    }

    /// Whether a service is healthy, by the standard health protocol; the empty name stands for the daemon
    /// as a whole.
    public HealthCheckResponse.ServingStatus health(String service, Duration timeout) {
        return call(() -> HealthGrpc.newBlockingStub(connection.channel())
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus());
    }

    /// Stores a file's content and returns its digest, which the daemon has checked.
    public String uploadContent(Path file) throws IOException, InterruptedException {
        return new ContentTransfer(connection.channel(), target).upload(file);
    }

    /// Stores bytes and returns their digest, which the daemon has checked.
    public String uploadContent(byte[] bytes) throws IOException, InterruptedException {
        return new ContentTransfer(connection.channel(), target).upload(bytes);
    }

    /// Writes the content with this digest to `out`, and checks that it is that content.
    ///
    /// @throws IOException when writing fails, or when what came does not have the digest; `out` then holds
    /// something
    ///     else
    public void downloadContent(String digest, OutputStream out) throws IOException, InterruptedException {
        new ContentTransfer(connection.channel(), target).download(digest, out);
    }

    /// Closes the connection. Streams that are still open end with an error.
    @Override
    public void close() {
        connection.close();
    }

    private <S extends AbstractBlockingStub<S>> S timed(S stub) {
        return stub.withDeadlineAfter(settings.callTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    private <T> T call(Supplier<T> question) {
        try {
            return question.get();
        } catch (StatusRuntimeException failure) {
            var trailers = failure.getTrailers();
            var refusal = Refusal.of(failure.getStatus(), trailers == null ? new Metadata() : trailers);
            if (refusal.fromDaemon() || failure.getStatus().getCode() != Status.Code.UNAVAILABLE) {
                throw new RunnelException(refusal, failure);
            }
            throw new RunnelException(
                    refusal.code(),
                    "no answer from the daemon at %s: %s".formatted(target, refusal.message()),
                    failure);
        }
    }

    private static com.google.protobuf.Duration duration(Duration duration) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }
}
