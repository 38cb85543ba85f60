package dev.runnel.bench;

import dev.runnel.v1.CancelExecutionRequest;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecuteResponse;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.ExecutionServiceGrpc;
import dev.runnel.v1.ExecutionSpec;
import dev.runnel.v1.Finished;
import dev.runnel.v1.Limits;
import dev.runnel.v1.Program;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// What a client does to a daemon, with the times that a client sees. Nanoseconds everywhere.
final class Load {
    private final String executor;
    private final ExecutionServiceGrpc.ExecutionServiceStub async;
    private final ExecutionServiceGrpc.ExecutionServiceBlockingStub stub;

    /// @param executor the one to ask for; the empty string leaves it to the daemon
    Load(Channel channel, String executor) {
        this.executor = executor;
        async = ExecutionServiceGrpc.newStub(channel);
        stub = ExecutionServiceGrpc.newBlockingStub(channel);
    }

    /// From the request to the terminal event.
    long execute(String language, String code) {
        var end = new CompletableFuture<ExecutionEvent>();
        var before = System.nanoTime();
        async.execute(request(language, code, Limits.getDefaultInstance()), new UntilFinished(end));
        var last = end.join();
        var after = System.nanoTime();
        expectExit(last);
        return after - before;
    }

    /// Lets a thread sleep that waits for the terminal event only, where an iterator would wake it for each.
    private record UntilFinished(CompletableFuture<ExecutionEvent> end) implements StreamObserver<ExecuteResponse> {
        @Override
        public void onNext(ExecuteResponse response) {
            if (response.getEvent().hasFinished()) {
                end.complete(response.getEvent());
            }
        }

        @Override
        public void onError(Throwable failure) {
            end.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {
            end.completeExceptionally(new IllegalStateException("the stream ended without a terminal event"));
        }
    }

    /// Bytes per second of standard output to a client that reads.
    double outputRate(String language, String code, Limits limits) {
        long bytes = 0;
        long first = 0;
        ExecutionEvent last = ExecutionEvent.getDefaultInstance();
        for (var events = stub.execute(request(language, code, limits)); events.hasNext(); ) {
            last = events.next().getEvent();
            if (last.hasOutput()) {
                first = first == 0 ? System.nanoTime() : first;
                bytes += last.getOutput().getData().size();
            }
        }
        expectExit(last);
        return bytes * 1e9 / (System.nanoTime() - first);
    }

    /// For each line the program printed, how long after it was printed the client had it. The program prints the
    /// monotonic clock, which is the same in and outside a sandbox.
    List<Long> delays(String language, String code) {
        var delays = new ArrayList<Long>();
        ExecutionEvent last = ExecutionEvent.getDefaultInstance();
        for (var events = stub.execute(request(language, code, Limits.getDefaultInstance())); events.hasNext(); ) {
            last = events.next().getEvent();
            if (last.hasOutput()) {
                var now = System.nanoTime();
                for (var line : last.getOutput()
                        .getData()
                        .toString(StandardCharsets.UTF_8)
                        .lines()
                        .toList()) {
                    delays.add(now - Long.parseLong(line));
                }
            }
        }
        expectExit(last);
        return delays;
    }

    /// From the wall-time limit to the outcome.
    long overLimit(String language, String code, Duration limit) {
        var limits = Limits.newBuilder()
                .setWallTime(com.google.protobuf.Duration.newBuilder()
                        .setNanos(limit.toNanosPart())
                        .setSeconds(limit.toSeconds()))
                .setOutputBytes(1L << 31)
                .build();
        long started = 0;
        Finished finished = Finished.getDefaultInstance();
        for (var events = stub.execute(request(language, code, limits)); events.hasNext(); ) {
            var event = events.next().getEvent();
            started = event.hasStarted() ? System.nanoTime() : started;
            finished = event.hasFinished() ? event.getFinished() : finished;
        }
        var after = System.nanoTime();
        if (!finished.getOutcome().hasTimedOut()) {
            throw new IllegalStateException("expected a time-out, got " + finished.getOutcome());
        }
        return after - started - limit.toNanos();
    }

    /// How long CancelExecution takes while the program floods a client that does not read.
    long cancelWhileSilent(String id) {
        var request = request("bash", "yes", Limits.getDefaultInstance()).toBuilder()
                .setExecutionId(id)
                .build();
        var events = stub.execute(request);
        while (!events.next().getEvent().hasOutput()) {
            // up to the first bytes; then silence
        }
        var before = System.nanoTime();
        var answer = stub.cancelExecution(
                CancelExecutionRequest.newBuilder().setExecutionId(id).build());
        var after = System.nanoTime();
        if (!answer.getExecution().getFinished().getOutcome().hasCancelled()) {
            throw new IllegalStateException("expected a cancelled execution, got "
                    + answer.getExecution().getState());
        }
        last(events);
        return after - before;
    }

    private ExecuteRequest request(String language, String code, Limits limits) {
        return ExecuteRequest.newBuilder()
                .setSpec(ExecutionSpec.newBuilder()
                        .setProgram(Program.newBuilder().setLanguage(language).setCode(code))
                        .setLimits(limits)
                        .setExecutor(executor))
                .build();
    }

    private static ExecutionEvent last(Iterator<ExecuteResponse> events) {
        ExecutionEvent last = ExecutionEvent.getDefaultInstance();
        while (events.hasNext()) {
            last = events.next().getEvent();
        }
        return last;
    }

    private static void expectExit(ExecutionEvent last) {
        var outcome = last.getFinished().getOutcome();
        if (!outcome.hasExited() || outcome.getExitCode() != 0) {
            throw new IllegalStateException("expected exit code 0, got " + last);
        }
    }
}
