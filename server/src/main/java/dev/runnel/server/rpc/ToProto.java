package dev.runnel.server.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.server.content.ArtifactCollector;
import dev.runnel.server.execution.Event;
import dev.runnel.server.execution.ExecutionView;
import dev.runnel.server.execution.Kind;
import dev.runnel.server.execution.OnDisconnect;
import dev.runnel.server.execution.ResolvedSpec;
import dev.runnel.server.execution.State;
import dev.runnel.v1.Accepted;
import dev.runnel.v1.Artifact;
import dev.runnel.v1.ArtifactSkipReason;
import dev.runnel.v1.ArtifactSkipped;
import dev.runnel.v1.EnforcedLimit;
import dev.runnel.v1.Execution;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.ExecutionState;
import dev.runnel.v1.Failed;
import dev.runnel.v1.Heartbeat;
import dev.runnel.v1.Output;
import dev.runnel.v1.QueueReason;
import dev.runnel.v1.Queued;
import dev.runnel.v1.Started;
import dev.runnel.v1.Stream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;

/// The daemon's records into messages: events and executions. Words and outcomes are in [Words] and [Outcomes].
public final class ToProto {
    private ToProto() {}

    /// Keeps a silent stream alive.
    static ExecutionEvent heartbeat(Instant now) {
        return ExecutionEvent.newBuilder()
                .setTime(timestamp(now))
                .setHeartbeat(Heartbeat.getDefaultInstance())
                .build();
    }

    /// An event.
    static ExecutionEvent event(Event event) {
        var message = ExecutionEvent.newBuilder().setSequence(event.sequence()).setTime(timestamp(event.time()));
        switch (event.kind()) {
            case Kind.Accepted accepted -> message.setAccepted(accepted(accepted));
            case Kind.Queued queued -> message.setQueued(queued(queued));
            case Kind.Started _ -> message.setStarted(Started.newBuilder().setAttempt(1));
            case Kind.Output output -> message.setOutput(output(output));
            case Kind.Collected(ArtifactCollector.Artifact.Kept kept) -> message.setArtifact(artifact(kept));
            case Kind.Collected(ArtifactCollector.Artifact.Skipped skipped) ->
                message.setArtifactSkipped(skipped(skipped));
            case Kind.Finished(var result) -> message.setFinished(Outcomes.finished(result));
            case Kind.Failed failed -> message.setFailed(failed(failed));
        }
        return message.build();
    }

    /// What a request was resolved to.
    static Accepted accepted(Kind.Accepted accepted) {
        return Accepted.newBuilder()
                .setExecutionId(accepted.executionId())
                .setInstanceId(accepted.instanceId())
                .setResolvedSpec(resolved(accepted.spec()))
                .build();
    }

    /// A file that was kept.
    static Artifact artifact(ArtifactCollector.Artifact.Kept kept) {
        return Artifact.newBuilder()
                .setPath(kept.path().value())
                .setSizeBytes(kept.size())
                .setMode(kept.mode())
                .setDigest(kept.digest().text())
                .setExpireTime(timestamp(kept.expires()))
                .build();
    }

    /// A file that was not.
    static ArtifactSkipped skipped(ArtifactCollector.Artifact.Skipped skipped) {
        return ArtifactSkipped.newBuilder()
                .setPath(skipped.path())
                .setReason(
                        switch (skipped.reason()) {
                            case TOO_LARGE -> ArtifactSkipReason.ARTIFACT_SKIP_REASON_TOO_LARGE;
                            case QUOTA -> ArtifactSkipReason.ARTIFACT_SKIP_REASON_QUOTA;
                            case NOT_A_FILE -> ArtifactSkipReason.ARTIFACT_SKIP_REASON_NOT_A_FILE;
                            case NAME -> ArtifactSkipReason.ARTIFACT_SKIP_REASON_NAME;
                            case UNREADABLE -> ArtifactSkipReason.ARTIFACT_SKIP_REASON_UNREADABLE;
                        })
                .build();
    }

    /// An execution's record.
    static Execution execution(ExecutionView view) {
        var message = Execution.newBuilder()
                .setExecutionId(view.id())
                .setResolvedSpec(resolved(view.spec()))
                .putAllLabels(view.labels())
                .setOnDisconnect(onDisconnect(view.onDisconnect()))
                .setCreateTime(timestamp(view.state().created()))
                .setFirstAvailableSequence(view.firstAvailable())
                .setLastSequence(view.last());
        switch (view.state()) {
            case State.Queued _ -> message.setState(ExecutionState.EXECUTION_STATE_QUEUED);
            case State.Running running ->
                message.setState(ExecutionState.EXECUTION_STATE_RUNNING).setStartTime(timestamp(running.started()));
            case State.Ended ended -> ended(message, ended);
        }
        return message.build();
    }

    private static void ended(Execution.Builder message, State.Ended ended) {
        message.setEndTime(timestamp(ended.ended())).setExpireTime(timestamp(ended.expires()));
        ended.started().ifPresent(started -> message.setStartTime(timestamp(started)));
        switch (ended.terminal()) {
            case Kind.Finished(var result) ->
                message.setState(ExecutionState.EXECUTION_STATE_FINISHED).setFinished(Outcomes.finished(result));
            case Kind.Failed failed ->
                message.setState(ExecutionState.EXECUTION_STATE_FAILED).setFailed(failed(failed));
        }
    }

    /// A spec as it was understood.
    static dev.runnel.v1.ResolvedSpec resolved(ResolvedSpec spec) {
        var message = dev.runnel.v1.ResolvedSpec.newBuilder()
                .setSpecDigest(spec.specDigest().text())
                .setLanguage(spec.language())
                .setLanguageVersion(spec.languageVersion())
                .setFileName(spec.file().value())
                .setExecutor(spec.executor())
                .setIsolation(Words.isolation(spec.isolation()))
                .setSandboxKind(Words.sandboxKind(spec.sandboxKind()))
                .setProfile(spec.profile())
                .setOnOutputLimit(Words.onOutputLimit(spec.onOutputLimit()))
                .setBuffering(Words.buffering(spec.buffering()))
                .setMaxQueueTime(duration(spec.maxQueueTime()));
        spec.imageDigest().ifPresent(message::setImageDigest);
        spec.session().ifPresent(message::setSessionId);
        spec.limits().forEach(limit -> message.addLimits(limit(limit)));
        return message.build();
    }

    /// A limit as it holds.
    public static EnforcedLimit limit(dev.runnel.server.execution.EnforcedLimit limit) {
        var message = EnforcedLimit.newBuilder()
                .setKind(Words.limitKind(limit.kind()))
                .setMechanism(Words.mechanism(limit.mechanism()));
        return switch (limit.value()) {
            case dev.runnel.server.execution.EnforcedLimit.Value.Time(var time) ->
                message.setDuration(duration(time)).build();
            case dev.runnel.server.execution.EnforcedLimit.Value.Amount(var amount) ->
                message.setAmount(amount).build();
        };
    }

    /// A duration.
    public static com.google.protobuf.Duration duration(Duration duration) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    /// A time.
    public static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    /// Bytes, without a copy.
    static ByteString bytes(ByteBuffer data) {
        return UnsafeByteOperations.unsafeWrap(data);
    }

    private static Queued queued(Kind.Queued queued) {
        var message = Queued.newBuilder()
                .setReason(
                        switch (queued.reason()) {
                            case DAEMON -> QueueReason.QUEUE_REASON_DAEMON;
                            case TENANT -> QueueReason.QUEUE_REASON_TENANT;
                            case SESSION -> QueueReason.QUEUE_REASON_SESSION;
                        });
        queued.ahead().ifPresent(message::setAhead);
        return message.build();
    }

    /// What a program wrote.
    static Output output(Kind.Output output) {
        return Output.newBuilder()
                .setStream(stream(output.stream()))
                .setOffset(output.offset())
                .setData(bytes(output.data()))
                .setAttempt(1)
                .build();
    }

    private static Stream stream(OutputSink.Stream stream) {
        return switch (stream) {
            case STDOUT -> Stream.STREAM_STDOUT;
            case STDERR -> Stream.STREAM_STDERR;
        };
    }

    private static Failed failed(Kind.Failed failed) {
        return Failed.newBuilder()
                .setStatus(Statuses.of(failed.failure()))
                .setProgramMayHaveRun(failed.programMayHaveRun())
                .build();
    }

    /// What happens when the driver is lost.
    static dev.runnel.v1.OnDisconnect onDisconnect(OnDisconnect onDisconnect) {
        var message = dev.runnel.v1.OnDisconnect.newBuilder();
        switch (onDisconnect) {
            case OnDisconnect.Cancel(var grace) ->
                message.setCancel(dev.runnel.v1.OnDisconnect.Cancel.newBuilder().setGrace(duration(grace)));
            case OnDisconnect.Detach() -> message.setDetach(dev.runnel.v1.OnDisconnect.Detach.getDefaultInstance());
        }
        return message.build();
    }
}
