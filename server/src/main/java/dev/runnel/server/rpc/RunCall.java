package dev.runnel.server.rpc;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.content.ArtifactCollector.Artifact;
import dev.runnel.server.execution.Event;
import dev.runnel.server.execution.EventCursor;
import dev.runnel.server.execution.ExecutionRequest;
import dev.runnel.server.execution.Executions;
import dev.runnel.server.execution.Kind;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.v1.Execution;
import dev.runnel.v1.RunResponse;
import java.time.Duration;

/// One call of Run: the driver of its execution, which reads everything and keeps the beginning and the end.
/// Used by one thread.
final class RunCall {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Executions executions;
    private final Tenant tenant;
    private final Capture stdout;
    private final Capture stderr;
    private final RunResponse.Builder response = RunResponse.newBuilder();

    /// @param maxOutput bytes of each stream to keep
    RunCall(Executions executions, Tenant tenant, int maxOutput) {
        this.executions = executions;
        this.tenant = tenant;
        stdout = new Capture(maxOutput);
        stderr = new Capture(maxOutput);
    }

    RunResponse run(ExecutionRequest request) throws RefusedException, InterruptedException {
        if (request.validateOnly()) {
            return validated(request);
        }
        var driver = executions.execute(tenant, request);
        try (var cursor = driver.cursor()) {
            readAll(cursor);
        } finally {
            driver.lost().run();
        }
        return response.setExecution(ToProto.execution(executions.get(tenant, driver.executionId())))
                .setStdoutCapture(stdout.captured())
                .setStderrCapture(stderr.captured())
                .build();
    }

    private RunResponse validated(ExecutionRequest request) throws RefusedException {
        var spec = executions.validate(tenant, request).spec();
        return response.setExecution(Execution.newBuilder()
                        .setResolvedSpec(ToProto.resolved(spec))
                        .putAllLabels(request.labels())
                        .setOnDisconnect(ToProto.onDisconnect(request.onDisconnect())))
                .build();
    }

    private void readAll(EventCursor cursor) throws RefusedException, InterruptedException {
        EventCursor.Batch batch;
        do {
            batch = cursor.take(PATIENCE);
            for (var event : batch.events()) {
                take(event);
            }
        } while (!batch.last());
    }

    private void take(Event event) throws RefusedException {
        switch (event.kind()) {
            case Kind.Output output ->
                (switch (output.stream()) {
                            case STDOUT -> stdout;
                            case STDERR -> stderr;
                        })
                        .add(output.data());
            case Kind.Collected(Artifact.Kept kept) -> response.addArtifacts(ToProto.artifact(kept));
            case Kind.Collected(Artifact.Skipped skipped) -> response.addArtifactsSkipped(ToProto.skipped(skipped));
            case Kind.Failed failed -> throw new RefusedException(failed.failure());
            case Kind.Accepted _, Kind.Queued _, Kind.Started _, Kind.Finished _ -> {}
        }
    }
}
