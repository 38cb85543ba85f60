package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An engine that says what a test wants, byte for byte.
@Timeout(30)
final class AttachChannelTest {
    private static final String UPGRADED = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

    @TempDir
    private Path folder;

    private ServerSocketChannel server;
    private URI address;

    @BeforeEach
    void listen() throws IOException {
        var socket = folder.resolve("engine");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        address = URI.create("unix://" + socket);
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void outputIsUnwrappedHoweverItComesInPieces() throws Exception {
        var stream = new ByteArrayOutputStream();
        stream.write(frame(1, "hel"));
        stream.write(frame(1, ""));
        stream.write(frame(2, "a complaint"));
        stream.write(frame(1, "lo, "));
        stream.write(frame(1, "world"));

        for (var piece : new int[] {1, 3, 8, 9, 1000}) {
            var engine = says(UPGRADED, stream.toByteArray(), piece);
            try (var channel = AttachChannel.open(address, "abc")) {
                assertThat(readAll(channel)).isEqualTo("hello, world");
            }
            assertThat(engine.get())
                    .startsWith("POST /containers/abc/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1");
        }
    }

    @Test
    void aFrameLargerThanAnyBufferArrivesWhole() throws Exception {
        var text = "0123456789".repeat(100_000);
        var engine = says(UPGRADED, frame(1, text), 10_000);
        try (var channel = AttachChannel.open(address, "abc")) {
            assertThat(readAll(channel)).isEqualTo(text);
        }
        engine.get();
    }

    @Test
    void whatIsWrittenGoesToTheEngineAsItIs() throws Exception {
        var engine = new FutureTask<>(() -> {
            try (var socket = server.accept()) {
                request(socket);
                socket.write(ByteBuffer.wrap(UPGRADED.getBytes(StandardCharsets.US_ASCII)));
                var buffer = ByteBuffer.allocate(5);
                while (buffer.hasRemaining() && socket.read(buffer) >= 0) {}
                return new String(buffer.array(), StandardCharsets.US_ASCII);
            }
        });
        Thread.ofVirtual().start(engine);
        try (var channel = AttachChannel.open(address, "abc")) {
            channel.write(ByteBuffer.wrap("input".getBytes(StandardCharsets.US_ASCII)));
            assertThat(engine.get()).isEqualTo("input");
        }
    }

    @Test
    void anEngineThatRefusesIsQuoted() throws Exception {
        var engine = says("HTTP/1.1 404 Not Found\r\n\r\n", new byte[0], 1);

        assertThatThrownBy(() -> AttachChannel.open(address, "abc").close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("404 Not Found");
        engine.get();
    }

    @Test
    void aStreamThatEndsWithinAFrameIsNoEnd() throws Exception {
        var whole = frame(1, "hello");
        var engine = says(UPGRADED, Arrays.copyOf(whole, whole.length - 2), 100);
        try (var channel = AttachChannel.open(address, "abc")) {
            assertThatThrownBy(() -> readAll(channel)).isInstanceOf(EOFException.class);
        }
        engine.get();
    }

    /// Answers one connection; its result is the request.
    private FutureTask<String> says(String headers, byte[] stream, int piece) {
        var task = new FutureTask<>(() -> {
            try (var socket = server.accept()) {
                var request = request(socket);
                socket.write(ByteBuffer.wrap(headers.getBytes(StandardCharsets.US_ASCII)));
                for (int at = 0; at < stream.length; at += piece) {
                    var part = ByteBuffer.wrap(stream, at, Math.min(piece, stream.length - at));
                    while (part.hasRemaining()) {
                        socket.write(part);
                    }
                }
                return request;
            }
        });
        Thread.ofVirtual().start(task);
        return task;
    }

    private static String request(SocketChannel socket) throws IOException {
        var request = new StringBuilder();
        var buffer = ByteBuffer.allocate(4096);
        while (request.indexOf("\r\n\r\n") < 0 && socket.read(buffer.clear()) >= 0) {
            request.append(StandardCharsets.US_ASCII.decode(buffer.flip()));
        }
        return request.toString();
    }

    private static byte[] frame(int stream, String text) {
        var bytes = text.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(8 + bytes.length)
                .put((byte) stream)
                .putInt(4, bytes.length)
                .position(8)
                .put(bytes)
                .array();
    }

    private static String readAll(AttachChannel channel) throws IOException {
        var all = new ByteArrayOutputStream();
        var buffer = ByteBuffer.allocate(7);
        while (channel.read(buffer.clear()) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
        }
        return all.toString(StandardCharsets.US_ASCII);
    }
}
