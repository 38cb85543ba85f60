package dev.runnel.server.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.runnel.v1.CapturedOutput;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/// The beginning and the end of a stream, in bounded memory. Not thread-safe.
final class Capture {
    private final int headRoom;
    private final int tailRoom;
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private byte[] tail = new byte[0];
    private int tailNext;
    private long total;

    /// @param atMost bytes to keep, half of them from the beginning
    Capture(int atMost) {
        tailRoom = atMost / 2;
        headRoom = atMost - tailRoom;
    }

    void add(ByteBuffer data) {
        var rest = data.duplicate();
        total += rest.remaining();
        var first = Math.min(rest.remaining(), headRoom - head.size());
        if (first > 0) {
            var bytes = new byte[first];
            rest.get(bytes);
            head.writeBytes(bytes);
        }
        if (tailRoom > 0 && rest.hasRemaining()) {
            addToTail(rest);
        }
    }

    CapturedOutput captured() {
        var behindHead = total - head.size();
        var kept = (int) Math.min(behindHead, tailRoom);
        var begin = ByteString.copyFrom(head.toByteArray());
        var end = lastBytes(kept);
        var message = CapturedOutput.newBuilder().setOmittedBytes(behindHead - kept);
        return behindHead == kept
                ? message.setHead(begin.concat(end)).build()
                : message.setHead(begin).setTail(end).build();
    }

    private void addToTail(ByteBuffer rest) {
        if (tail.length == 0) {
            tail = new byte[tailRoom];
        }
        if (rest.remaining() > tailRoom) {
            rest.position(rest.limit() - tailRoom);
        }
        while (rest.hasRemaining()) {
            var count = Math.min(rest.remaining(), tailRoom - tailNext);
            rest.get(tail, tailNext, count);
            tailNext = (tailNext + count) % tailRoom;
        }
    }

    private ByteString lastBytes(int count) {
        if (count == 0) {
            return ByteString.EMPTY;
        }
        var from = Math.floorMod(tailNext - count, tailRoom);
        var bytes = new byte[count];
        var first = Math.min(count, tailRoom - from);
        System.arraycopy(tail, from, bytes, 0, first);
        System.arraycopy(tail, 0, bytes, first, count - first);
        return UnsafeByteOperations.unsafeWrap(bytes);
    }
}
