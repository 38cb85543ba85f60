package dev.runnel.executors.runner;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Puts messages that were cut into frames together again. For one thread.
///
/// Its memory is bounded by [#MAX_INCOMPLETE] messages of [Frame#MAX_MESSAGE].
final class MessageAssembler {
    static final int MAX_INCOMPLETE = 4;

    private final Map<Long, Partial> partial = new HashMap<>();

    /// The frame with its whole payload; absent while more must come.
    Optional<Frame> add(Frame frame) throws ProtocolViolationException {
        var begun = partial.get(frame.run());
        if (begun == null && !frame.more()) {
            return Optional.of(frame);
        }
        if (begun == null && partial.size() == MAX_INCOMPLETE) {
            throw new ProtocolViolationException("more than " + MAX_INCOMPLETE + " incomplete messages");
        }
        if (begun == null) {
            begun = new Partial(frame, new ByteArrayOutputStream(2 * Frame.MAX_PAYLOAD));
            partial.put(frame.run(), begun);
        } else if (begun.first.type() != frame.type()) {
            throw new ProtocolViolationException(frame.type() + " within a " + begun.first.type());
        }
        begun.append(frame.payload());
        if (frame.more()) {
            return Optional.empty();
        }
        partial.remove(frame.run());
        return Optional.of(new Frame(frame.type(), false, frame.run(), ByteBuffer.wrap(begun.bytes.toByteArray())));
    }

    /// The rest of what has come in part does not come.
    void forget(long run) {
        partial.remove(run);
    }

    /// What has come of a message so far.
    private record Partial(Frame first, ByteArrayOutputStream bytes) {
        void append(ByteBuffer payload) throws ProtocolViolationException {
            if (bytes.size() + payload.remaining() > Frame.MAX_MESSAGE) {
                throw new ProtocolViolationException("a " + first.type() + " over " + Frame.MAX_MESSAGE + " bytes");
            }
            bytes.write(payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
        }
    }
}
