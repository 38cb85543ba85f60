package dev.runnel.executors.runner;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.runnel.runner.v1.Fatal;
import java.nio.ByteBuffer;

/// Text from a sandbox on its way to a log: short, one line, ASCII.
final class Untrusted {
    private static final int MAX_LENGTH = 200;

    private Untrusted() {}

    static String text(String hostile) {
        var safe = new StringBuilder();
        hostile.chars().limit(MAX_LENGTH).forEach(each -> safe.append(each >= ' ' && each <= '~' ? (char) each : '?'));
        return safe.toString();
    }

    static String fatal(ByteBuffer payload) throws ProtocolViolationException {
        try {
            return text(Fatal.parseFrom(payload).getMessage());
        } catch (InvalidProtocolBufferException _) {
            throw new ProtocolViolationException("a Fatal that does not parse");
        }
    }
}
