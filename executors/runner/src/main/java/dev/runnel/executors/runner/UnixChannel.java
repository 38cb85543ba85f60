package dev.runnel.executors.runner;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A channel over a connected socket in blocking mode, for example one accepted from a Unix socket.
public final class UnixChannel implements Channel {
    private static final Logger LOG = LoggerFactory.getLogger(UnixChannel.class);

    private final SocketChannel socket;

    /// Owns `socket` from here on.
    public UnixChannel(SocketChannel socket) {
        this.socket = socket;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return socket.read(target);
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            socket.write(source);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("closing a runner's socket failed; it is gone all the same", e);
        }
    }
}
