package dev.runnel.executors.runner;

import com.google.protobuf.MessageLite;
import dev.runnel.runner.v1.FrameType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// One frame of the protocol.
///
/// @param more the message goes on in the next frame of this run
/// @param payload at most [#MAX_PAYLOAD] bytes, never changed after the frame was made
record Frame(FrameType type, boolean more, long run, ByteBuffer payload) {
    static final int HEADER = 16;
    static final int MAX_PAYLOAD = 65_536;
    static final int MAX_MESSAGE = 2_097_152;
    static final int FLAG_MORE = 1;

    /// What a frame's payload is.
    enum Kind {
        /// A protobuf message, or a part of one.
        MESSAGE,
        /// Raw bytes, at least one.
        DATA,
        /// Nothing.
        EMPTY
    }

    /// @throws IllegalArgumentException for types that are never sent
    static Kind kindOf(FrameType type) {
        return switch (type) {
            case FRAME_TYPE_HELLO,
                    FRAME_TYPE_WELCOME,
                    FRAME_TYPE_READY,
                    FRAME_TYPE_FATAL,
                    FRAME_TYPE_RETIRE,
                    FRAME_TYPE_EXEC,
                    FRAME_TYPE_STARTED,
                    FRAME_TYPE_START_FAILED,
                    FRAME_TYPE_CREDIT,
                    FRAME_TYPE_SIGNAL,
                    FRAME_TYPE_EXIT,
                    FRAME_TYPE_PUT,
                    FRAME_TYPE_GET,
                    FRAME_TYPE_FILE_INFO,
                    FRAME_TYPE_LIST,
                    FRAME_TYPE_LISTING,
                    FRAME_TYPE_FILE_ERROR,
                    FRAME_TYPE_OPEN_CELL,
                    FRAME_TYPE_CELL_FAILED -> Kind.MESSAGE;
            case FRAME_TYPE_STDOUT, FRAME_TYPE_STDERR, FRAME_TYPE_STDIN, FRAME_TYPE_PUT_DATA, FRAME_TYPE_FILE_DATA ->
                Kind.DATA;
            case FRAME_TYPE_PING,
                    FRAME_TYPE_PONG,
                    FRAME_TYPE_STDIN_END,
                    FRAME_TYPE_KILL,
                    FRAME_TYPE_PUT_DONE,
                    FRAME_TYPE_FILE_END,
                    FRAME_TYPE_CELL_OPENED,
                    FRAME_TYPE_CLOSE_CELL,
                    FRAME_TYPE_CELL_CLOSED -> Kind.EMPTY;
            case FRAME_TYPE_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("a frame of type " + type + " is never sent");
        };
    }

    static Frame data(FrameType type, long run, ByteBuffer bytes) {
        return new Frame(type, false, run, bytes);
    }

    static Frame empty(FrameType type, long run) {
        return new Frame(type, false, run, ByteBuffer.allocate(0));
    }

    /// A message cut into as many frames as it needs.
    ///
    /// @throws IllegalArgumentException when it is larger than [#MAX_MESSAGE]
    static List<Frame> message(FrameType type, long run, MessageLite message) {
        var bytes = message.toByteArray();
        if (bytes.length > MAX_MESSAGE) {
            throw new IllegalArgumentException(
                    "a message of " + bytes.length + " bytes is over the protocol's maximum");
        }
        var frames = new ArrayList<Frame>();
        var from = 0;
        do {
            var piece = Math.min(MAX_PAYLOAD, bytes.length - from);
            frames.add(new Frame(type, from + piece < bytes.length, run, ByteBuffer.wrap(bytes, from, piece)));
            from += piece;
        } while (from < bytes.length);
        return frames;
    }

    int size() {
        return HEADER + payload.remaining();
    }

    /// Appends header and payload to `target`, which has room for [#size].
    void writeTo(ByteBuffer target) {
        target.putInt(payload.remaining());
        target.put((byte) type.getNumber());
        target.put((byte) (more ? FLAG_MORE : 0));
        target.putShort((short) 0);
        target.putLong(run);
        target.put(payload.duplicate());
    }
}
