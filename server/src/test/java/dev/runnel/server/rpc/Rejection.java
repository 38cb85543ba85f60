package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// What a call was refused with.
record Rejection(io.grpc.Status.Code code, Status status) {
    static Rejection of(ThrowingCallable call) {
        return of(catchThrowableOfType(StatusRuntimeException.class, call));
    }

    static Rejection of(StatusRuntimeException refused) {
        var status = StatusProto.fromThrowable(refused);
        if (status == null) {
            throw new AssertionError("the status has no details: " + refused.getStatus());
        }
        return new Rejection(refused.getStatus().getCode(), status);
    }

    ErrorInfo info() {
        return detail(ErrorInfo.class).orElseThrow();
    }

    String reason() {
        return info().getReason();
    }

    List<String> fields() {
        return detail(BadRequest.class).orElseThrow().getFieldViolationsList().stream()
                .map(BadRequest.FieldViolation::getField)
                .toList();
    }

    <T extends Message> Optional<T> detail(Class<T> type) {
        return status.getDetailsList().stream()
                .filter(any -> any.is(type))
                .findFirst()
                .map(any -> unpack(any, type));
    }

    private static <T extends Message> T unpack(Any any, Class<T> type) {
        try {
            return any.unpack(type);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
