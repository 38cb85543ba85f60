package dev.runnel.server.rpc;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.execution.Event;
import dev.runnel.server.execution.EventCursor;
import dev.runnel.server.execution.Executions;
import dev.runnel.server.execution.Kind;
import dev.runnel.server.paging.PageRequest;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.v1.AttachExecutionRequest;
import dev.runnel.v1.AttachExecutionResponse;
import dev.runnel.v1.CancelExecutionRequest;
import dev.runnel.v1.CancelExecutionResponse;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecuteResponse;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.ExecutionServiceGrpc;
import dev.runnel.v1.GetExecutionRequest;
import dev.runnel.v1.GetExecutionResponse;
import dev.runnel.v1.ListExecutionsRequest;
import dev.runnel.v1.ListExecutionsResponse;
import dev.runnel.v1.RunRequest;
import dev.runnel.v1.RunResponse;
import dev.runnel.v1.SendSignalRequest;
import dev.runnel.v1.SendSignalResponse;
import dev.runnel.v1.WatchExecutionsRequest;
import dev.runnel.v1.WatchExecutionsResponse;
import dev.runnel.v1.WriteStdinRequest;
import dev.runnel.v1.WriteStdinResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;

/// ExecutionService.
public final class ExecutionRpc extends ExecutionServiceGrpc.ExecutionServiceImplBase {
    private static final int MAX_CAPTURE_BYTES = 1 << 20;

    private final Calls calls;
    private final Executions executions;
    private final InstantSource clock;
    private final Duration silence;

    /// @param silence how long a stream may be silent before a heartbeat
    public ExecutionRpc(Calls calls, Executions executions, InstantSource clock, Duration silence) {
        this.calls = calls;
        this.executions = executions;
        this.clock = clock;
        this.silence = silence;
    }

    @Override
    public void execute(ExecuteRequest request, StreamObserver<ExecuteResponse> observer) {
        var tenant = Caller.tenant();
        calls.stream(request, observer, reply -> {
            var asked = FromProto.request(request, "");
            if (asked.validateOnly()) {
                var accepted = new Event(1, clock.instant(), executions.validate(tenant, asked));
                reply.send(execute(ToProto.event(accepted)));
                return;
            }
            drive(executions.execute(tenant, asked), reply, ExecutionRpc::execute);
        });
    }

    @Override
    public void attachExecution(AttachExecutionRequest request, StreamObserver<AttachExecutionResponse> observer) {
        var tenant = Caller.tenant();
        calls.stream(request, observer, reply -> {
            executions.checkInstance(FromProto.text(request.getExpectedInstance()));
            if (request.getTakeOver()) {
                drive(
                        executions.takeOver(tenant, request.getExecutionId(), request.getAfterSequence()),
                        reply,
                        ExecutionRpc::attach);
            } else {
                observe(tenant, request, reply);
            }
        });
    }

    @Override
    public void run(RunRequest request, StreamObserver<RunResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(request, observer, () -> {
            var asked = FromProto.request(request.getExecute(), "execute.");
            var maxOutput = request.hasMaxOutputBytes() ? request.getMaxOutputBytes() : MAX_CAPTURE_BYTES;
            return new RunCall(executions, tenant, maxOutput).run(asked);
        });
    }

    @Override
    public void listExecutions(ListExecutionsRequest request, StreamObserver<ListExecutionsResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(request, observer, () -> {
            var page = executions.list(
                    tenant,
                    FromProto.filter(request.getFilter()),
                    new PageRequest(request.getPageSize(), FromProto.text(request.getPageToken())));
            var message = ListExecutionsResponse.newBuilder();
            page.items().forEach(view -> message.addExecutions(ToProto.execution(view)));
            page.next().ifPresent(message::setNextPageToken);
            return message.build();
        });
    }

    @Override
    public void watchExecutions(WatchExecutionsRequest request, StreamObserver<WatchExecutionsResponse> observer) {
        var tenant = Caller.tenant();
        calls.stream(request, observer, reply -> {
            var filter = FromProto.filter(request.getFilter());
            var call = new WatchCall(executions.instance(), filter);
            var watch = executions.watch(tenant, filter, call.position(request.getResumeToken()));
            call.stream(watch, silence, reply);
        });
    }

    @Override
    public void getExecution(GetExecutionRequest request, StreamObserver<GetExecutionResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(
                request,
                observer,
                () -> GetExecutionResponse.newBuilder()
                        .setExecution(ToProto.execution(executions.get(tenant, request.getExecutionId())))
                        .build());
    }

    @Override
    public void cancelExecution(CancelExecutionRequest request, StreamObserver<CancelExecutionResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(
                request,
                observer,
                () -> CancelExecutionResponse.newBuilder()
                        .setExecution(ToProto.execution(
                                executions.cancel(tenant, request.getExecutionId(), FromProto.cancelMode(request))))
                        .build());
    }

    @Override
    public void writeStdin(WriteStdinRequest request, StreamObserver<WriteStdinResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(request, observer, () -> {
            var accepted = executions.writeStdin(
                    tenant,
                    request.getExecutionId(),
                    request.getOffset(),
                    request.getData().asReadOnlyByteBuffer(),
                    request.getEof());
            return WriteStdinResponse.newBuilder()
                    .setAcceptedOffset(accepted.offset())
                    .setEofAccepted(accepted.eof())
                    .build();
        });
    }

    @Override
    public void sendSignal(SendSignalRequest request, StreamObserver<SendSignalResponse> observer) {
        var tenant = Caller.tenant();
        calls.unary(request, observer, () -> {
            executions.signal(tenant, request.getExecutionId(), request.getSignalValue());
            return SendSignalResponse.getDefaultInstance();
        });
    }

    private void observe(Tenant tenant, AttachExecutionRequest request, Reply<AttachExecutionResponse> reply)
            throws RefusedException, InterruptedException {
        try (var cursor = executions.observe(tenant, request.getExecutionId(), request.getAfterSequence())) {
            stream(cursor, reply, ExecutionRpc::attach);
        }
    }

    /// Streams as the driver. Whatever ends the stream before its last event is a loss, but for being
    /// superseded, which is no loss to anybody.
    private <T> void drive(Executions.Driver driver, Reply<T> reply, Function<ExecutionEvent, T> response)
            throws RefusedException, InterruptedException {
        try (var cursor = driver.cursor()) {
            stream(cursor, reply, response);
        } finally {
            driver.lost().run();
        }
    }

    private <T> void stream(EventCursor cursor, Reply<T> reply, Function<ExecutionEvent, T> response)
            throws RefusedException, InterruptedException {
        EventCursor.Batch batch;
        do {
            batch = cursor.take(silence);
            if (batch.events().isEmpty() && !batch.last()) {
                reply.send(response.apply(ToProto.heartbeat(clock.instant())));
            }
            for (var event : batch.events()) {
                reply.send(response.apply(ToProto.event(event)));
                if (event.kind() instanceof Kind.Failed failed) {
                    throw new RefusedException(failed.failure());
                }
            }
        } while (!batch.last());
    }

    private static ExecuteResponse execute(ExecutionEvent event) {
        return ExecuteResponse.newBuilder().setEvent(event).build();
    }

    private static AttachExecutionResponse attach(ExecutionEvent event) {
        return AttachExecutionResponse.newBuilder().setEvent(event).build();
    }
}
