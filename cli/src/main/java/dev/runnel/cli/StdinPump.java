package dev.runnel.cli;

import com.google.protobuf.ByteString;
import dev.runnel.client.RunnelClient;
import dev.runnel.client.RunnelException;
import dev.runnel.v1.WriteStdinRequest;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;

/// Carries this process's standard input to a program while it runs.
///
/// On a thread that dies with the process: a read from a terminal can't be ended from here.
final class StdinPump {
    private static final int CHUNK = 64 * 1024;

    private final RunnelClient client;
    private final String executionId;
    private final InputStream in;
    private long offset;

    StdinPump(RunnelClient client, String executionId, InputStream in) {
        this.client = client;
        this.executionId = executionId;
        this.in = in;
    }

    /// Begins; to be called once the execution exists.
    void start() {
        var _ = Thread.ofPlatform().daemon().name("stdin").start(this::pump);
    }

    private void pump() {
        var buffer = new byte[CHUNK];
        try {
            for (var length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (!write(ByteString.copyFrom(buffer, 0, length), false)) {
                    return;
                }
            }
        } catch (IOException _) {
            // What can't be read is at its end.
        }
        var _ = write(ByteString.EMPTY, true);
    }

    /// Writes until all is taken; false when the program takes no more.
    private boolean write(ByteString data, boolean eof) {
        var rest = data;
        while (!rest.isEmpty() || eof) {
            try {
                var answer = client.writeStdin(WriteStdinRequest.newBuilder()
                        .setExecutionId(executionId)
                        .setOffset(offset)
                        .setData(rest)
                        .setEof(eof)
                        .build());
                var taken = (int) Math.min(rest.size(), answer.getAcceptedOffset() - offset);
                offset = answer.getAcceptedOffset();
                rest = rest.substring(Math.max(0, taken));
                if (answer.getEofAccepted()) {
                    return false;
                }
            } catch (RunnelException e) {
                // The program reads slowly: the same bytes again. Anything else is its end, which the events tell.
                if (e.code() != Status.Code.DEADLINE_EXCEEDED) {
                    return false;
                }
            }
        }
        return true;
    }
}
