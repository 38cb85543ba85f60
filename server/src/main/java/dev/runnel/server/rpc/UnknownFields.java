package dev.runnel.server.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.runnel.server.refusal.FieldViolation;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// Finds what an older daemon would silently ignore: fields and enum values of a newer contract, anywhere in
/// a request. Also durations and timestamps that are not in protobuf's range, which no rule can be asked
/// about.
final class UnknownFields {
    private static final long MAX_DURATION_SECONDS = 315_576_000_000L;
    private static final long MIN_TIMESTAMP_SECONDS = -62_135_596_800L;
    private static final long MAX_TIMESTAMP_SECONDS = 253_402_300_799L;
    private static final int NANOS = 1_000_000_000;

    /// The fields of a message that may hold something unknown: every request is walked, most of whose fields can't.
    private static final ConcurrentHashMap<Descriptor, List<FieldDescriptor>> COMPOUND = new ConcurrentHashMap<>();

    private final List<FieldViolation> unknown = new ArrayList<>();
    private final List<FieldViolation> malformed = new ArrayList<>();

    private UnknownFields() {}

    static void refuse(Message request) throws RefusedException {
        var found = new UnknownFields();
        found.walk("", request);
        if (!found.unknown.isEmpty()) {
            throw new RefusedException(
                    new Refusal.UnknownField(found.unknown),
                    "the request has fields or enum values that this daemon does not know; it never ignores any");
        }
        if (!found.malformed.isEmpty()) {
            throw new RefusedException(
                    new Refusal.FieldInvalid(found.malformed),
                    found.malformed.getFirst().field() + ": "
                            + found.malformed.getFirst().description());
        }
    }

    private void walk(String path, Message message) {
        switch (message) {
            case Duration duration -> check(path, duration);
            case Timestamp timestamp -> check(path, timestamp);
            default -> {}
        }
        for (var number : message.getUnknownFields().asMap().keySet()) {
            unknown.add(new FieldViolation(path.isEmpty() ? "." : path, "field " + number + " is not known"));
        }
        for (var field : COMPOUND.computeIfAbsent(message.getDescriptorForType(), UnknownFields::compound)) {
            if (field.isRepeated()) {
                elements(path, field, message);
            } else if (message.hasField(field)) {
                value(name(path, field), field, message.getField(field));
            }
        }
    }

    private void elements(String path, FieldDescriptor field, Message message) {
        var name = name(path, field);
        for (var i = 0; i < message.getRepeatedFieldCount(field); i++) {
            var element = field.isMapField() ? name + "[...]" : name + "[" + i + "]";
            value(element, field, message.getRepeatedField(field, i));
        }
    }

    private static String name(String path, FieldDescriptor field) {
        return path.isEmpty() ? field.getName() : path + "." + field.getName();
    }

    private static List<FieldDescriptor> compound(Descriptor type) {
        return type.getFields().stream().filter(field -> !isPlain(field)).toList();
    }

    private static boolean isPlain(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case ENUM, MESSAGE -> false;
            case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, BYTE_STRING -> true;
        };
    }

    private void value(String name, FieldDescriptor field, Object value) {
        switch (value) {
            case Message message -> walk(name, message);
            case EnumValueDescriptor number
            when field.getEnumType().findValueByNumber(number.getNumber()) == null ->
                unknown.add(new FieldViolation(name, "enum value " + number.getNumber() + " is not known"));
            default -> {}
        }
    }

    private void check(String path, Duration duration) {
        var seconds = duration.getSeconds();
        var nanos = duration.getNanos();
        var sameSign = seconds == 0 || nanos == 0 || seconds < 0 == nanos < 0;
        if (Math.abs(nanos) >= NANOS
                || !sameSign
                || seconds > MAX_DURATION_SECONDS
                || seconds < -MAX_DURATION_SECONDS) {
            malformed.add(new FieldViolation(path, "is not a valid google.protobuf.Duration"));
        }
    }

    private void check(String path, Timestamp timestamp) {
        var seconds = timestamp.getSeconds();
        var nanos = timestamp.getNanos();
        if (nanos < 0 || nanos >= NANOS || seconds < MIN_TIMESTAMP_SECONDS || seconds > MAX_TIMESTAMP_SECONDS) {
            malformed.add(new FieldViolation(path, "is not a valid google.protobuf.Timestamp"));
        }
    }
}
