package dev.runnel.server.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.runnel.server.refusal.Failure;
import dev.runnel.server.refusal.FieldViolation;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.v1.ErrorReason;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Turns what was refused into a status: one case for each refusal, the code and details that error.proto
/// promises, never more than fits into the trailers that every client accepts.
public final class Statuses {
    private static final String DOMAIN = "runnel.dev";
    private static final String PREFIX = "ERROR_REASON_";
    private static final int MAX_VIOLATIONS = 20;
    private static final int MAX_MESSAGE = 1024;
    private static final int MAX_VIOLATION_TEXT = 256;

    /// Bytes of a status with its details: C-core clients refuse trailers from 8 KiB on, and base64 adds a
    /// third.
    private static final int MAX_STATUS = 4096;

    private Statuses() {}

    /// The failure as an RPC's end.
    public static StatusRuntimeException exception(Failure failure) {
        return StatusProto.toStatusRuntimeException(of(failure));
    }

    /// The failure as a message, as a Failed event has it.
    public static Status of(Failure failure) {
        var told = tell(failure.refusal());
        var info = ErrorInfo.newBuilder()
                .setReason(told.reason().name().substring(PREFIX.length()))
                .setDomain(DOMAIN)
                .putAllMetadata(told.metadata())
                .build();
        var status = Status.newBuilder()
                .setCode(told.code().getNumber())
                .setMessage(cut(failure.message(), MAX_MESSAGE))
                .addDetails(Any.pack(info));
        for (var detail : told.details()) {
            status.addDetails(Any.pack(detail));
        }
        if (told.code() == Code.FAILED_PRECONDITION) {
            status.addDetails(Any.pack(precondition(info.getReason(), status.getMessage())));
        }
        addViolations(status, told.violations());
        return status.build();
    }

    /// What error.proto says at a reason.
    private record Told(
            ErrorReason reason,
            Code code,
            Map<String, String> metadata,
            List<? extends Message> details,
            List<FieldViolation> violations) {
        Told(ErrorReason reason, Code code) {
            this(reason, code, Map.of(), List.of(), List.of());
        }

        Told with(String key, Object value) {
            var more = new HashMap<>(metadata);
            more.put(key, value.toString());
            return new Told(reason, code, Map.copyOf(more), details, violations);
        }

        Told detailed(Message... more) {
            return new Told(reason, code, metadata, List.of(more), violations);
        }

        Told violating(List<FieldViolation> fields) {
            return new Told(reason, code, metadata, details, fields);
        }

        Told violating(String field, String description) {
            return violating(List.of(new FieldViolation(field, description)));
        }
    }

    private static Told tell(Refusal refusal) {
        return switch (refusal) {
            case Refusal.FieldInvalid(var violations) ->
                invalid(ErrorReason.ERROR_REASON_FIELD_INVALID).violating(violations);
            case Refusal.UnknownField(var violations) ->
                invalid(ErrorReason.ERROR_REASON_UNKNOWN_FIELD).violating(violations);
            case Refusal.FieldNotSupported(var field) ->
                invalid(ErrorReason.ERROR_REASON_FIELD_NOT_SUPPORTED)
                        .violating(field, "is not supported by this daemon yet; leave it out");
            case Refusal.LimitAboveCeiling(var field, var ceiling) ->
                invalid(ErrorReason.ERROR_REASON_LIMIT_ABOVE_CEILING)
                        .violating(field, "is above the ceiling of " + ceiling);
            case Refusal.FixedBySession(var fields) ->
                invalid(ErrorReason.ERROR_REASON_FIXED_BY_SESSION)
                        .violating(fields.stream()
                                .map(field -> new FieldViolation(field, "is fixed by the session; leave it out"))
                                .toList());
            case Refusal.DigestMismatch(var field) ->
                invalid(ErrorReason.ERROR_REASON_DIGEST_MISMATCH)
                        .violating(field, "is not what the bytes that came have");
            case Refusal.CredentialsInvalid() ->
                new Told(ErrorReason.ERROR_REASON_CREDENTIALS_INVALID, Code.UNAUTHENTICATED);
            case Refusal.PolicyDenied() -> new Told(ErrorReason.ERROR_REASON_POLICY_DENIED, Code.PERMISSION_DENIED);
            case Refusal.TenantQuotaExceeded(var quota, var retry) ->
                exhausted(ErrorReason.ERROR_REASON_TENANT_QUOTA_EXCEEDED, "tenant", quota, retry);
            case Refusal.DaemonFull(var quota, var retry) ->
                exhausted(ErrorReason.ERROR_REASON_DAEMON_FULL, "daemon", quota, retry);
            case Refusal.QueueTimeExceeded(var retry) ->
                exhausted(ErrorReason.ERROR_REASON_QUEUE_TIME_EXCEEDED, "daemon", "time in the queue", retry);
            case Refusal.ExecutorDown(var retry) ->
                new Told(ErrorReason.ERROR_REASON_EXECUTOR_DOWN, Code.UNAVAILABLE).detailed(retry(retry));
            case Refusal.DaemonDraining(var retry) ->
                new Told(ErrorReason.ERROR_REASON_DAEMON_DRAINING, Code.UNAVAILABLE).detailed(retry(retry));
            case Refusal.SandboxLost() -> new Told(ErrorReason.ERROR_REASON_SANDBOX_LOST, Code.ABORTED);
            case Refusal.Superseded() -> new Told(ErrorReason.ERROR_REASON_SUPERSEDED, Code.ABORTED);
            case Refusal.ApprovalDecided(var decision, var by) ->
                new Told(ErrorReason.ERROR_REASON_APPROVAL_DECIDED, Code.FAILED_PRECONDITION)
                        .with("decision", decision)
                        .with("decided_by", by);
            case Refusal.InputGap(var applied) ->
                outOfRange(ErrorReason.ERROR_REASON_INPUT_GAP).with("applied", applied);
            case Refusal.EventsEvicted(var first) ->
                outOfRange(ErrorReason.ERROR_REASON_EVENTS_EVICTED).with("first_available", first);
            case Refusal.ObserverTooSlow(var first) ->
                outOfRange(ErrorReason.ERROR_REASON_OBSERVER_TOO_SLOW).with("first_available", first);
            case Refusal.StdinGap(var offset) ->
                outOfRange(ErrorReason.ERROR_REASON_STDIN_GAP).with("accepted_offset", offset);
            case Refusal.ContentRange(var size) ->
                outOfRange(ErrorReason.ERROR_REASON_CONTENT_RANGE).with("size_bytes", size);
            case Refusal.Internal(var incident) ->
                new Told(ErrorReason.ERROR_REASON_INTERNAL_ERROR, Code.INTERNAL).with("incident", incident);
            case Refusal.Precondition missing -> new Told(precondition(missing), Code.FAILED_PRECONDITION);
            case Refusal.NotFound missing -> new Told(notFound(missing), Code.NOT_FOUND);
            case Refusal.IdReused taken -> new Told(idReused(taken), Code.ALREADY_EXISTS);
        };
    }

    private static ErrorReason notFound(Refusal.NotFound missing) {
        return switch (missing) {
            case Refusal.ExecutionNotFound() -> ErrorReason.ERROR_REASON_EXECUTION_NOT_FOUND;
            case Refusal.SessionNotFound() -> ErrorReason.ERROR_REASON_SESSION_NOT_FOUND;
            case Refusal.ContentNotFound() -> ErrorReason.ERROR_REASON_CONTENT_NOT_FOUND;
            case Refusal.ApprovalNotFound() -> ErrorReason.ERROR_REASON_APPROVAL_NOT_FOUND;
            case Refusal.ConversationNotFound() -> ErrorReason.ERROR_REASON_CONVERSATION_NOT_FOUND;
        };
    }

    private static ErrorReason idReused(Refusal.IdReused taken) {
        return switch (taken) {
            case Refusal.ExecutionIdReused() -> ErrorReason.ERROR_REASON_EXECUTION_ID_REUSED;
            case Refusal.SessionIdReused() -> ErrorReason.ERROR_REASON_SESSION_ID_REUSED;
            case Refusal.ConversationIdReused() -> ErrorReason.ERROR_REASON_CONVERSATION_ID_REUSED;
        };
    }

    private static ErrorReason precondition(Refusal.Precondition missing) {
        return switch (missing) {
            case Refusal.LanguageUnavailable() -> ErrorReason.ERROR_REASON_LANGUAGE_UNAVAILABLE;
            case Refusal.ExecutorUnavailable() -> ErrorReason.ERROR_REASON_EXECUTOR_UNAVAILABLE;
            case Refusal.IsolationUnavailable() -> ErrorReason.ERROR_REASON_ISOLATION_UNAVAILABLE;
            case Refusal.CellUnavailable() -> ErrorReason.ERROR_REASON_CELL_UNAVAILABLE;
            case Refusal.ImageUnavailable() -> ErrorReason.ERROR_REASON_IMAGE_UNAVAILABLE;
            case Refusal.ExtraUnavailable() -> ErrorReason.ERROR_REASON_EXTRA_UNAVAILABLE;
            case Refusal.LimitNotEnforceable _ -> ErrorReason.ERROR_REASON_LIMIT_NOT_ENFORCEABLE;
            case Refusal.InstanceChanged() -> ErrorReason.ERROR_REASON_INSTANCE_CHANGED;
            case Refusal.SessionLost() -> ErrorReason.ERROR_REASON_SESSION_LOST;
            case Refusal.SessionBusy() -> ErrorReason.ERROR_REASON_SESSION_BUSY;
            case Refusal.StdinClosed() -> ErrorReason.ERROR_REASON_STDIN_CLOSED;
            case Refusal.ExecutionNotRunning() -> ErrorReason.ERROR_REASON_EXECUTION_NOT_RUNNING;
            case Refusal.ApprovalSpecMismatch() -> ErrorReason.ERROR_REASON_APPROVAL_SPEC_MISMATCH;
            case Refusal.OutputNotRetainable _ -> ErrorReason.ERROR_REASON_OUTPUT_NOT_RETAINABLE;
            case Refusal.ConversationClosed() -> ErrorReason.ERROR_REASON_CONVERSATION_CLOSED;
            case Refusal.SpecChanged() -> ErrorReason.ERROR_REASON_SPEC_CHANGED;
        };
    }

    private static Told invalid(ErrorReason reason) {
        return new Told(reason, Code.INVALID_ARGUMENT);
    }

    private static Told outOfRange(ErrorReason reason) {
        return new Told(reason, Code.OUT_OF_RANGE);
    }

    private static Told exhausted(ErrorReason reason, String subject, String quota, java.time.Duration retry) {
        var violation = QuotaFailure.Violation.newBuilder()
                .setSubject(subject)
                .setDescription(quota)
                .build();
        return new Told(reason, Code.RESOURCE_EXHAUSTED)
                .detailed(QuotaFailure.newBuilder().addViolations(violation).build(), retry(retry));
    }

    private static RetryInfo retry(java.time.Duration delay) {
        return RetryInfo.newBuilder()
                .setRetryDelay(
                        Duration.newBuilder().setSeconds(delay.getSeconds()).setNanos(delay.getNano()))
                .build();
    }

    private static PreconditionFailure precondition(String type, String description) {
        return PreconditionFailure.newBuilder()
                .addViolations(PreconditionFailure.Violation.newBuilder()
                        .setType(type)
                        .setDescription(cut(description, MAX_VIOLATION_TEXT)))
                .build();
    }

    /// As many violations as fit.
    private static void addViolations(Status.Builder status, List<FieldViolation> violations) {
        if (violations.isEmpty()) {
            return;
        }
        var kept = new ArrayList<BadRequest.FieldViolation>();
        var room = MAX_STATUS - status.build().getSerializedSize() - 64;
        for (var violation : violations.stream().limit(MAX_VIOLATIONS).toList()) {
            var next = BadRequest.FieldViolation.newBuilder()
                    .setField(cut(violation.field(), MAX_VIOLATION_TEXT))
                    .setDescription(cut(violation.description(), MAX_VIOLATION_TEXT))
                    .build();
            room -= next.getSerializedSize() + 4;
            if (room < 0) {
                break;
            }
            kept.add(next);
        }
        status.addDetails(
                Any.pack(BadRequest.newBuilder().addAllFieldViolations(kept).build()));
    }

    /// ASCII only, because grpc-message is percent-encoded and would grow.
    private static String cut(String text, int atMost) {
        var ascii = text.replaceAll("[^\\x20-\\x7e]", "?");
        return ascii.length() <= atMost ? ascii : ascii.substring(0, atMost - 3) + "...";
    }
}
