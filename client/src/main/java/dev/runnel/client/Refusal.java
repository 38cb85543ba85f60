package dev.runnel.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.runnel.v1.ErrorReason;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a status says, read from its details.
///
/// @param fromDaemon the daemon made the status; otherwise the transport did, and nothing is known of the
///     call
record Refusal(
        Status.Code code,
        String message,
        boolean fromDaemon,
        ErrorReason reason,
        List<FieldViolation> violations,
        Map<String, String> metadata,
        Optional<Duration> retryAfter) {
    private static final String DOMAIN = "runnel.dev";

    /// Reads the status and trailers that ended a call.
    static Refusal of(Status status, Metadata trailers) {
        var rpcStatus = StatusProto.fromStatusAndTrailers(status, trailers);
        return of(status, rpcStatus);
    }

    /// Reads the status of a Failed event.
    static Refusal of(com.google.rpc.Status status) {
        return of(Status.fromCodeValue(status.getCode()).withDescription(status.getMessage()), status);
    }

    private static Refusal of(Status status, com.google.rpc.Status details) {
        var fromDaemon = false;
        var reason = ErrorReason.ERROR_REASON_UNSPECIFIED;
        Map<String, String> metadata = Map.of();
        Optional<Duration> retryAfter = Optional.empty();
        var violations = new ArrayList<FieldViolation>();
        for (Any detail : details.getDetailsList()) {
            try {
                if (detail.is(ErrorInfo.class)) {
                    var info = detail.unpack(ErrorInfo.class);
                    if (info.getDomain().equals(DOMAIN)) {
                        fromDaemon = true;
                        reason = reasonNamed(info.getReason());
                        metadata = Map.copyOf(info.getMetadataMap());
                    }
                } else if (detail.is(BadRequest.class)) {
                    for (var violation : detail.unpack(BadRequest.class).getFieldViolationsList()) {
                        violations.add(new FieldViolation(violation.getField(), violation.getDescription()));
                    }
                } else if (detail.is(RetryInfo.class)) {
                    var delay = detail.unpack(RetryInfo.class).getRetryDelay();
                    retryAfter = Optional.of(Duration.ofSeconds(delay.getSeconds(), delay.getNanos()));
                }
            } catch (InvalidProtocolBufferException _) {
                // A detail that can't be read is one that is not there: the code still decides.
            }
        }
        return new Refusal(
                status.getCode(), text(status), fromDaemon, reason, List.copyOf(violations), metadata, retryAfter);
    }

    /// For a person: the message, then a line for each field that it does not tell already.
    String describe() {
        var text = new StringBuilder(message);
        for (var violation : violations) {
            if (!message.contains(violation.toString())) {
                text.append("\n  ").append(violation);
            }
        }
        return text.toString();
    }

    private static String text(Status status) {
        var description = status.getDescription();
        var cause = status.getCause();
        if (cause != null && (description == null || description.equals("io exception"))) {
            var detail = cause.getMessage();
            return detail == null ? cause.toString() : detail;
        }
        return description == null || description.isBlank() ? status.getCode().toString() : description;
    }

    private static ErrorReason reasonNamed(String name) {
        for (var reason : ErrorReason.values()) {
            if (reason.name().equals("ERROR_REASON_" + name)) {
                return reason;
            }
        }
        return ErrorReason.ERROR_REASON_UNSPECIFIED;
    }
}
