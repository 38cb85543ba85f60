package dev.runnel.executors.runner;

import dev.runnel.runner.v1.FrameType;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Reads frames off a channel, strictly. For one thread.
///
/// What comes after a header is read into the array that is handed out, past the buffer, so that a large
/// payload is copied by nobody here.
final class FrameReader {
    private static final int BUFFER = 8_192;

    private final Channel channel;
    private final ByteBuffer buffered = ByteBuffer.allocate(BUFFER).flip();

    FrameReader(Channel channel) {
        this.channel = channel;
    }

    /// The next frame, whose payload nobody else has; absent at the channel's end.
    ///
    /// @throws EOFException when the channel ends within a frame
    /// @throws ProtocolViolationException for anything but a right frame
    Optional<Frame> next() throws IOException {
        if (!fill(Frame.HEADER)) {
            return Optional.empty();
        }
        var length = buffered.getInt();
        var type = type(Byte.toUnsignedInt(buffered.get()));
        var flags = Byte.toUnsignedInt(buffered.get());
        var reserved = buffered.getShort();
        var run = buffered.getLong();
        check(type, length, flags, reserved);
        return Optional.of(new Frame(type, flags == Frame.FLAG_MORE, run, payload(length)));
    }

    private static FrameType type(int number) throws ProtocolViolationException {
        var type = FrameType.forNumber(number);
        if (type == null || type == FrameType.FRAME_TYPE_UNSPECIFIED) {
            throw new ProtocolViolationException("unknown frame type " + number);
        }
        return type;
    }

    private static void check(FrameType type, int length, int flags, short reserved) throws ProtocolViolationException {
        if (length < 0 || length > Frame.MAX_PAYLOAD) {
            throw new ProtocolViolationException("frame of " + Integer.toUnsignedString(length) + " bytes");
        }
        if ((flags & ~Frame.FLAG_MORE) != 0 || reserved != 0) {
            throw new ProtocolViolationException("unknown frame flags " + flags + ", reserved bits " + reserved);
        }
        var problem = switch (Frame.kindOf(type)) {
            case MESSAGE -> flags == Frame.FLAG_MORE && length == 0;
            case DATA -> flags != 0 || length == 0;
            case EMPTY -> flags != 0 || length != 0;
        };
        if (problem) {
            throw new ProtocolViolationException(type + " of " + length + " bytes with flags " + flags);
        }
    }

    private ByteBuffer payload(int length) throws IOException {
        var payload = ByteBuffer.allocate(length);
        var here = Math.min(length, buffered.remaining());
        payload.put(buffered.slice(buffered.position(), here));
        buffered.position(buffered.position() + here);
        while (payload.hasRemaining()) {
            if (channel.read(payload) < 0) {
                throw new EOFException("the channel ended within a frame");
            }
        }
        return payload.flip();
    }

    /// Buffers at least `wanted` bytes; false when the channel has ended before the first of them.
    private boolean fill(int wanted) throws IOException {
        if (buffered.remaining() >= wanted) {
            return true;
        }
        buffered.compact();
        try {
            while (buffered.position() < wanted) {
                if (channel.read(buffered) < 0) {
                    if (buffered.position() == 0) {
                        return false;
                    }
                    throw new EOFException("the channel ended within a frame");
                }
            }
            return true;
        } finally {
            buffered.flip();
        }
    }
}
