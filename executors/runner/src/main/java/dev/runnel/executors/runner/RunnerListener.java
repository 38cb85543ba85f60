package dev.runnel.executors.runner;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// A Unix socket for one runner: whoever connects first is let in, and then the socket is gone. Thread-safe.
public final class RunnerListener implements AutoCloseable {
    private final Path socket;
    private final ServerSocketChannel server;

    private RunnerListener(Path socket, ServerSocketChannel server) {
        this.socket = socket;
        this.server = server;
    }

    /// Listens.
    ///
    /// @param socket where nothing is yet; its path has at most 107 bytes
    public static RunnerListener bind(Path socket) throws IOException {
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket), 1);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        return new RunnerListener(socket, server);
    }

    /// Waits for the one, and removes the socket.
    ///
    /// @throws AsynchronousCloseException when this was closed meanwhile
    public SocketChannel accept() throws IOException, InterruptedException {
        // Not on the caller's thread: an interrupt at the wrong instant makes `accept` throw away a connection without
        // closing it (ServerSocketChannelImpl of JDK 25), and the runner would never see its end.
        var accepting = new FutureTask<>(server::accept);
        Thread.ofVirtual().name("runner-accept").start(accepting);
        try {
            var channel = accepting.get();
            Files.delete(socket);
            return channel;
        } catch (InterruptedException e) {
            server.close();
            discard(accepting);
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    /// Waits for what came of it, which is at once because its server is closed.
    private static void discard(FutureTask<SocketChannel> accepting) throws IOException {
        while (true) {
            try {
                accepting.get().close();
                return;
            } catch (InterruptedException _) {
                // The caller is about to end with an interrupt already.
            } catch (ExecutionException _) {
                return;
            }
        }
    }

    /// Idempotent. Nobody is let in from here on.
    @Override
    public void close() throws IOException {
        server.close();
    }
}
