package dev.runnel.executors.runner;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;

/// Reads hostile messages.
final class Messages {
    private Messages() {}

    static <M> M parse(Parser<M> parser, ByteBuffer payload) throws ProtocolViolationException {
        try {
            return parser.parse(payload);
        } catch (InvalidProtocolBufferException _) {
            throw new ProtocolViolationException("a message that does not parse");
        }
    }

    /// An unsigned 64-bit number that must be one in Java too.
    static long natural(String what, long value) throws ProtocolViolationException {
        if (value < 0) {
            throw new ProtocolViolationException(what + " of " + Long.toUnsignedString(value));
        }
        return value;
    }

    /// A generated `parseFrom`.
    @FunctionalInterface
    interface Parser<M> {
        M parse(ByteBuffer payload) throws InvalidProtocolBufferException;
    }
}
