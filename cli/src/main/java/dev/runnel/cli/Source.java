package dev.runnel.cli;

import com.google.protobuf.ByteString;
import dev.runnel.client.RunnelClient;
import dev.runnel.v1.Program;
import dev.runnel.v1.StandardInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Bytes on their way into a request: inside it when they are few, uploaded before it when they are many.
///
/// @param bytes the content
record Source(ByteString bytes) {
    /// Leaves room for files and everything else in a request of at most 1 MiB.
    private static final int INLINE = 256 * 1024;

    /// Nobody means to run or type more than this; it bounds what is held in memory.
    private static final int MOST = 32 * 1024 * 1024;

    /// What is written on the command line or in a document.
    static Source of(String text) {
        return new Source(ByteString.copyFromUtf8(text));
    }

    /// @throws IOException also when there is more than 32 MiB
    static Source read(InputStream in, String name) throws IOException {
        var bytes = in.readNBytes(MOST + 1);
        if (bytes.length > MOST) {
            throw new IOException(name + " is bigger than 32 MiB: pass it as a file with --dir");
        }
        return new Source(ByteString.copyFrom(bytes));
    }

    /// Makes this the program's code.
    void putInto(Program.Builder program, RunnelClient client) throws IOException, InterruptedException {
        if (bytes.size() <= INLINE) {
            try {
                program.setCode(StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(bytes.asReadOnlyByteBuffer())
                        .toString());
                return;
            } catch (CharacterCodingException _) {
                // Only a digest carries what is not UTF-8.
            }
        }
        program.setCodeDigest(client.uploadContent(bytes.toByteArray()));
    }

    /// This as a program's standard input.
    StandardInput asInput(RunnelClient client) throws IOException, InterruptedException {
        return bytes.size() <= INLINE
                ? StandardInput.newBuilder().setData(bytes).build()
                : StandardInput.newBuilder()
                        .setDigest(client.uploadContent(bytes.toByteArray()))
                        .build();
    }
}
