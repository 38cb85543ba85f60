package dev.runnel.server.rpc;

import com.google.protobuf.Timestamp;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.auth.Secret;
import dev.runnel.server.content.Digest;
import dev.runnel.server.execution.Buffering;
import dev.runnel.server.execution.CancelMode;
import dev.runnel.server.execution.ContentSource;
import dev.runnel.server.execution.ExecutionFilter;
import dev.runnel.server.execution.ExecutionRequest;
import dev.runnel.server.execution.ExecutionSpec;
import dev.runnel.server.execution.IfSessionBusy;
import dev.runnel.server.execution.LimitsSpec;
import dev.runnel.server.execution.OnDisconnect;
import dev.runnel.server.execution.ProgramSpec;
import dev.runnel.server.execution.StandardInput;
import dev.runnel.server.execution.State;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.v1.CancelExecutionRequest;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecutionState;
import dev.runnel.v1.InputFile;
import dev.runnel.v1.Limits;
import dev.runnel.v1.Program;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// Requests into the daemon's records. What comes here keeps the rules of its proto file already; what is
/// left to refuse is what this daemon can't do yet.
public final class FromProto {
    private static final Duration DEFAULT_INTERRUPT_GRACE = Duration.ofSeconds(2);
    private static final int DEFAULT_FILE_MODE = 0644;

    private FromProto() {}

    /// An ExecuteRequest.
    ///
    /// @param prefix path of the message inside the request, empty or ending with a dot
    static ExecutionRequest request(ExecuteRequest request, String prefix) throws RefusedException {
        return new ExecutionRequest(
                text(request.getExecutionId()),
                spec(request.getSpec(), prefix + "spec."),
                request.hasOnDisconnect()
                        ? onDisconnect(request.getOnDisconnect())
                        : new OnDisconnect.Cancel(Duration.ZERO),
                request.getLabelsMap(),
                request.getValidateOnly(),
                text(request.getExpectedInstance()),
                Optional.empty());
    }

    /// An ExecutionSpec.
    static ExecutionSpec spec(dev.runnel.v1.ExecutionSpec spec, String prefix) throws RefusedException {
        notYet(prefix + "terminal", spec.hasTerminal());
        return new ExecutionSpec(
                program(spec.getProgram(), prefix + "program."),
                standardInput(spec),
                text(spec.getSessionId()),
                limits(spec.getLimits()),
                isolation(spec.getMinimumIsolation()),
                text(spec.getExecutor()),
                spec.getRequireCell(),
                text(spec.getImage()),
                extras(spec.getMountsList(), spec.getDevicesList(), spec.getHostsList()),
                spec.getArtifactsList(),
                spec.hasMaxQueueTime() ? Optional.of(duration(spec.getMaxQueueTime())) : Optional.empty(),
                switch (spec.getIfSessionBusy()) {
                    case IF_SESSION_BUSY_UNSPECIFIED, IF_SESSION_BUSY_WAIT -> IfSessionBusy.WAIT;
                    case IF_SESSION_BUSY_FAIL -> IfSessionBusy.FAIL;
                    case UNRECOGNIZED -> throw unchecked("if_session_busy");
                });
    }

    /// Names that the operator has defined; naming one twice is naming it.
    public static Extras extras(List<String> mounts, List<String> devices, List<String> hosts) {
        return new Extras(new HashSet<>(mounts), new HashSet<>(devices), new HashSet<>(hosts));
    }

    /// Limits, of an execution or a session.
    public static LimitsSpec limits(Limits limits) {
        return new LimitsSpec(
                text(limits.getProfile()),
                limits.hasWallTime() ? Optional.of(duration(limits.getWallTime())) : Optional.empty(),
                limits.hasCpuTime() ? Optional.of(duration(limits.getCpuTime())) : Optional.empty(),
                size(limits.hasMemoryBytes(), limits.getMemoryBytes()),
                limits.hasProcesses() ? OptionalInt.of(limits.getProcesses()) : OptionalInt.empty(),
                limits.hasCpuMillis() ? OptionalInt.of(limits.getCpuMillis()) : OptionalInt.empty(),
                size(limits.hasOutputBytes(), limits.getOutputBytes()),
                switch (limits.getOnOutputLimit()) {
                    case ON_OUTPUT_LIMIT_UNSPECIFIED -> Optional.empty();
                    case ON_OUTPUT_LIMIT_KILL -> Optional.of(OutputLimitAction.KILL);
                    case ON_OUTPUT_LIMIT_DISCARD -> Optional.of(OutputLimitAction.DISCARD);
                    case UNRECOGNIZED -> throw unchecked("on_output_limit");
                },
                size(limits.hasDiskBytes(), limits.getDiskBytes()),
                size(limits.hasFileSizeBytes(), limits.getFileSizeBytes()));
    }

    /// An isolation; unspecified is absent.
    public static Optional<Isolation> isolation(dev.runnel.v1.Isolation isolation) {
        return switch (isolation) {
            case ISOLATION_UNSPECIFIED -> Optional.empty();
            case ISOLATION_LANGUAGE -> Optional.of(Isolation.LANGUAGE);
            case ISOLATION_PROCESS -> Optional.of(Isolation.PROCESS);
            case ISOLATION_CONTAINER -> Optional.of(Isolation.CONTAINER);
            case ISOLATION_KERNEL -> Optional.of(Isolation.KERNEL);
            case ISOLATION_VM -> Optional.of(Isolation.VM);
            case UNRECOGNIZED -> throw unchecked("isolation");
        };
    }

    /// How to cancel.
    static CancelMode cancelMode(CancelExecutionRequest request) {
        return switch (request.getMode()) {
            case CANCEL_MODE_UNSPECIFIED, CANCEL_MODE_KILL -> new CancelMode.Kill();
            case CANCEL_MODE_INTERRUPT ->
                new CancelMode.Interrupt(request.hasGrace() ? duration(request.getGrace()) : DEFAULT_INTERRUPT_GRACE);
            case UNRECOGNIZED -> throw unchecked("mode");
        };
    }

    /// A filter.
    static ExecutionFilter filter(dev.runnel.v1.ExecutionFilter filter) {
        return new ExecutionFilter(
                text(filter.getSessionId()),
                filter.getStatesList().stream().map(FromProto::stage).collect(Collectors.toUnmodifiableSet()),
                filter.getLabelsMap(),
                filter.hasCreatedFrom() ? Optional.of(instant(filter.getCreatedFrom())) : Optional.empty(),
                filter.hasCreatedBefore() ? Optional.of(instant(filter.getCreatedBefore())) : Optional.empty());
    }

    private static State.Stage stage(ExecutionState state) {
        return switch (state) {
            case EXECUTION_STATE_QUEUED -> State.Stage.QUEUED;
            case EXECUTION_STATE_RUNNING -> State.Stage.RUNNING;
            case EXECUTION_STATE_FINISHED -> State.Stage.FINISHED;
            case EXECUTION_STATE_FAILED -> State.Stage.FAILED;
            case EXECUTION_STATE_UNSPECIFIED, UNRECOGNIZED -> throw unchecked("states");
        };
    }

    /// A duration in protobuf's range.
    public static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
    }

    /// A time in protobuf's range.
    static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }

    /// Empty means absent.
    public static Optional<String> text(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private static OnDisconnect onDisconnect(dev.runnel.v1.OnDisconnect onDisconnect) {
        return switch (onDisconnect.getActionCase()) {
            case CANCEL ->
                new OnDisconnect.Cancel(duration(onDisconnect.getCancel().getGrace()));
            case DETACH -> new OnDisconnect.Detach();
            case ACTION_NOT_SET -> throw unchecked("on_disconnect");
        };
    }

    private static ProgramSpec program(Program program, String prefix) throws RefusedException {
        var source = switch (program.getSourceCase()) {
            case CODE -> ContentSource.inline(program.getCodeBytes().toByteArray());
            case CODE_DIGEST -> ContentSource.uploaded(new Digest(program.getCodeDigest()));
            case SOURCE_NOT_SET -> throw unchecked("source");
        };
        var file = program.getFileName();
        return new ProgramSpec(
                program.getLanguage(),
                source,
                file.isEmpty() ? Optional.empty() : Optional.of(path(prefix + "file_name", file)),
                program.getArgsList(),
                program.getEnvMap(),
                program.getSecretEnvMap().entrySet().stream()
                        .collect(
                                Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> new Secret(entry.getValue()))),
                files(program.getFilesList(), prefix + "files"),
                path(prefix + "working_directory", program.getWorkingDirectory()),
                program.getMergeStderr(),
                switch (program.getBuffering()) {
                    case BUFFERING_UNSPECIFIED, BUFFERING_LINE -> Buffering.LINE;
                    case BUFFERING_NATIVE -> Buffering.NATIVE;
                    case UNRECOGNIZED -> throw unchecked("buffering");
                },
                program.getFreshInterpreter(),
                program.getInterpreterFlagsList());
    }

    private static List<ProgramSpec.File> files(List<InputFile> files, String prefix) throws RefusedException {
        var decoded = new ArrayList<ProgramSpec.File>(files.size());
        for (var file : files) {
            var content = switch (file.getContentCase()) {
                case DATA -> ContentSource.inline(file.getData().toByteArray());
                case DIGEST -> ContentSource.uploaded(new Digest(file.getDigest()));
                case CONTENT_NOT_SET -> throw unchecked("content");
            };
            var path = path(prefix + "[" + decoded.size() + "].path", file.getPath());
            decoded.add(new ProgramSpec.File(path, content, file.hasMode() ? file.getMode() : DEFAULT_FILE_MODE));
        }
        return decoded;
    }

    private static StandardInput standardInput(dev.runnel.v1.ExecutionSpec spec) {
        if (!spec.hasStandardInput()) {
            return new StandardInput.None();
        }
        var input = spec.getStandardInput();
        return switch (input.getSourceCase()) {
            case DATA ->
                new StandardInput.Bytes(ContentSource.inline(input.getData().toByteArray()));
            case DIGEST -> new StandardInput.Bytes(ContentSource.uploaded(new Digest(input.getDigest())));
            case KEEP_OPEN -> new StandardInput.KeptOpen();
            case SOURCE_NOT_SET -> throw unchecked("standard_input");
        };
    }

    private static WorkspacePath path(String field, String path) throws RefusedException {
        try {
            return WorkspacePath.of(path);
        } catch (IllegalArgumentException _) {
            throw RefusedException.fieldInvalid(
                    field, "must be a relative path without empty, . or .. parts, without NUL, not too long");
        }
    }

    private static Optional<DataSize> size(boolean present, long bytes) {
        return present ? Optional.of(DataSize.ofBytes(bytes)) : Optional.empty();
    }

    private static void notYet(String field, boolean present) throws RefusedException {
        if (present) {
            throw new RefusedException(
                    new Refusal.FieldNotSupported(field), field + " is not supported by this daemon yet");
        }
    }

    /// What [Validation] lets nobody send.
    private static IllegalStateException unchecked(String field) {
        return new IllegalStateException(field + " was not checked at the edge");
    }
}
