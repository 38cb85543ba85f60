package dev.runnel.client;

import dev.runnel.v1.ErrorReason;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A call that the daemon refused or that did not reach it.
///
/// Never what happened to a program: a program that fails, is killed or hits a limit ends its stream
/// normally.
public final class RunnelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Status.Code code;
    private final ErrorReason reason;
    private final transient List<FieldViolation> violations;
    private final transient Map<String, String> metadata;
    private final @Nullable Duration retryAfter;

    RunnelException(Refusal refusal, @Nullable Throwable cause) {
        super(refusal.describe(), cause);
        this.code = refusal.code();
        this.reason = refusal.reason();
        this.violations = refusal.violations();
        this.metadata = refusal.metadata();
        this.retryAfter = refusal.retryAfter().orElse(null);
    }

    RunnelException(Status.Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.reason = ErrorReason.ERROR_REASON_UNSPECIFIED;
        this.violations = List.of();
        this.metadata = Map.of();
        this.retryAfter = null;
    }

    /// The gRPC status code; decides what may be done when the reason is not known.
    public Status.Code code() {
        return code;
    }

    /// Why, in the contract's words. Absent when the status was not the daemon's (no connection, message
    /// too big), or when the daemon is newer than this client and has a reason it does not know.
    public Optional<ErrorReason> reason() {
        return reason == ErrorReason.ERROR_REASON_UNSPECIFIED ? Optional.empty() : Optional.of(reason);
    }

    /// The fields that were not accepted; empty unless the code is INVALID_ARGUMENT.
    public List<FieldViolation> violations() {
        return violations;
    }

    /// What the reason's description promises, for example `first_available`.
    public Map<String, String> metadata() {
        return metadata;
    }

    /// When the same call may succeed.
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
