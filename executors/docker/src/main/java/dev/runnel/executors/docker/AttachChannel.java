package dev.runnel.executors.docker;

import dev.runnel.executors.runner.Channel;
import dev.runnel.executors.runner.UnixChannel;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A container's standard input and output as a channel: the engine's attach, whose connection it hijacks
/// (`POST /containers/ID/attach`, Docker Engine API 1.24 and later). For containers into which no socket can be
/// mounted.
///
/// By hand and not by docker-java, whose attach took two threads for each container and 343 MB of heap behind a client
/// that did not read.
///
/// Without a terminal the engine wraps what comes out into frames: a byte for the stream (1 output, 2 error), three of
/// 0,
/// the length in 4 bytes, big-endian. What goes in is not wrapped.
final class AttachChannel implements Channel {
    private static final Logger LOG = LoggerFactory.getLogger(AttachChannel.class);

    private static final int FRAME_HEADER = 8;
    private static final int LENGTH_AT = 4;
    private static final byte OUTPUT = 1;
    private static final int MOST_HEADERS = 16 * 1024;
    /// Of what a runner complains about, for the log.
    private static final int MOST_COMPLAINTS = 4096;

    private static final int DOCKER_PORT = 2375;

    private final UnixChannel stream;
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024).flip();
    private int leftOfFrame;

    private AttachChannel(SocketChannel socket) {
        this.stream = new UnixChannel(socket);
    }

    /// Attaches to a container, before it is started so that nothing is missed.
    ///
    /// @param engine `unix:///PATH`, or `tcp://HOST:PORT` without TLS
    static AttachChannel open(URI engine, String container) throws IOException {
        var channel = new AttachChannel(connect(engine));
        try {
            channel.upgrade(container);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static SocketChannel connect(URI engine) throws IOException {
        if (engine.getScheme().equals("unix")) {
            var socket = SocketChannel.open(StandardProtocolFamily.UNIX);
            socket.connect(UnixDomainSocketAddress.of(engine.getPath()));
            return socket;
        }
        var port = engine.getPort() < 0 ? DOCKER_PORT : engine.getPort();
        return SocketChannel.open(new InetSocketAddress(engine.getHost(), port));
    }

    private void upgrade(String container) throws IOException {
        var request = "POST /containers/" + container + "/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n"
                + "Host: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n";
        write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        var answer = headers();
        var status = answer.lines().findFirst().orElse("");
        // 101 where the engine upgrades, 200 where it is an old one and hijacks without a word.
        if (!status.contains(" 101 ") && !status.contains(" 200 ")) {
            throw new IOException("the engine does not attach: " + status);
        }
    }

    /// Up to the empty line; what follows stays in the buffer.
    private String headers() throws IOException {
        var text = new StringBuilder();
        while (text.indexOf("\r\n\r\n") < 0) {
            if (text.length() > MOST_HEADERS) {
                throw new IOException("the engine's answer has no end");
            }
            fill();
            text.append((char) buffer.get());
        }
        return text.toString();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        while (leftOfFrame == 0) {
            if (!nextFrame()) {
                return -1;
            }
        }
        if (!target.hasRemaining()) {
            return 0;
        }
        var wanted = Math.min(leftOfFrame, target.remaining());
        int count;
        if (buffer.hasRemaining()) {
            count = Math.min(wanted, buffer.remaining());
            target.put(buffer.slice(buffer.position(), count));
            buffer.position(buffer.position() + count);
        } else {
            // Large frames need not be copied twice.
            var limit = target.limit();
            target.limit(target.position() + wanted);
            count = stream.read(target);
            target.limit(limit);
            if (count < 0) {
                throw new EOFException("the engine's stream ended within a frame");
            }
        }
        leftOfFrame -= count;
        return count;
    }

    /// Takes the next frame's header. Frames of standard error go to the log. Returns false at the end.
    private boolean nextFrame() throws IOException {
        if (!buffer.hasRemaining() && !fillOrEnd()) {
            return false;
        }
        need(FRAME_HEADER);
        var stream = buffer.get(buffer.position());
        var length = buffer.getInt(buffer.position() + LENGTH_AT);
        buffer.position(buffer.position() + FRAME_HEADER);
        if (length < 0) {
            throw new IOException("the engine's stream has a frame of " + Integer.toUnsignedString(length) + " bytes");
        }
        if (stream == OUTPUT) {
            leftOfFrame = length;
        } else {
            complain(length);
        }
        return true;
    }

    private void complain(int length) throws IOException {
        var words = new StringBuilder();
        for (int i = 0; i < length; i++) {
            fill();
            var next = (char) buffer.get();
            if (words.length() < MOST_COMPLAINTS) {
                words.append(next);
            }
        }
        LOG.info("a runner says: {}", words.toString().strip());
    }

    private void need(int bytes) throws IOException {
        while (buffer.remaining() < bytes) {
            buffer.compact();
            var count = stream.read(buffer);
            buffer.flip();
            if (count < 0) {
                throw new EOFException("the engine's stream ended within a frame");
            }
        }
    }

    private void fill() throws IOException {
        if (!buffer.hasRemaining() && !fillOrEnd()) {
            throw new EOFException("the engine's stream ended too soon");
        }
    }

    private boolean fillOrEnd() throws IOException {
        buffer.clear();
        var count = stream.read(buffer);
        buffer.flip();
        return count >= 0;
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        stream.write(source);
    }

    @Override
    public void close() {
        stream.close();
    }
}
