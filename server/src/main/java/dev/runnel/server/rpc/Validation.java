package dev.runnel.server.rpc;

import build.buf.protovalidate.Config;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.FieldPath;
import build.buf.validate.FieldPathElement;
import com.google.protobuf.Message;
import dev.runnel.server.refusal.FieldViolation;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.v1.CancelExecutionRequest;
import dev.runnel.v1.CreateSessionRequest;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.RunRequest;
import java.util.List;

/// Checks every request against the rules that its proto file gives, before anything else looks at it.
/// Thread-safe.
public final class Validation {
    private final Validator validator = ValidatorFactory.newBuilder()
            .withConfig(Config.newBuilder().build())
            .build();

    /// Compiles the rules of the requests that come first, which takes some 200 ms; without, they do.
    public void warmUp() {
        for (var request : List.<Message>of(
                ExecuteRequest.getDefaultInstance(),
                RunRequest.getDefaultInstance(),
                CreateSessionRequest.getDefaultInstance(),
                CancelExecutionRequest.getDefaultInstance())) {
            try {
                check(request);
            } catch (RefusedException _) {
                // An empty request breaks rules; that they were compiled is what counts.
            }
        }
    }

    /// Returns when `request` keeps all rules.
    ///
    /// @throws RefusedException naming each field and the rule it breaks, and never a value
    public void check(Message request) throws RefusedException {
        UnknownFields.refuse(request);
        List<FieldViolation> violations;
        try {
            violations = validator.validate(request).getViolations().stream()
                    .map(violation -> violation.toProto())
                    .map(violation -> new FieldViolation(path(violation.getField()), violation.getMessage()))
                    .toList();
        } catch (ValidationException e) {
            throw new IllegalStateException(
                    "the rules of " + request.getDescriptorForType().getName() + " failed", e);
        }
        if (!violations.isEmpty()) {
            var first = violations.getFirst();
            var more = violations.size() == 1 ? "" : " (and " + (violations.size() - 1) + " more)";
            throw new RefusedException(
                    new Refusal.FieldInvalid(violations), first.field() + ": " + first.description() + more);
        }
    }

    /// As protobuf writes paths, but without map keys, which are the caller's text.
    private static String path(FieldPath path) {
        var text = new StringBuilder();
        for (var element : path.getElementsList()) {
            text.append(text.isEmpty() ? "" : ".")
                    .append(element.getFieldName())
                    .append(subscript(element));
        }
        return text.toString();
    }

    private static String subscript(FieldPathElement element) {
        return switch (element.getSubscriptCase()) {
            case INDEX -> "[" + element.getIndex() + "]";
            case BOOL_KEY, INT_KEY, UINT_KEY, STRING_KEY -> "[...]";
            case SUBSCRIPT_NOT_SET -> "";
        };
    }
}
