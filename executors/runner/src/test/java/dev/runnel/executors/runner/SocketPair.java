package dev.runnel.executors.runner;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;

/// Two connected Unix sockets.
record SocketPair(Channel daemon, Channel runner) implements AutoCloseable {
    static SocketPair open() throws IOException {
        var directory = Files.createTempDirectory("runnel-channel");
        var address = UnixDomainSocketAddress.of(directory.resolve("socket"));
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            var runner = SocketChannel.open(address);
            return new SocketPair(new UnixChannel(server.accept()), new UnixChannel(runner));
        } finally {
            Files.deleteIfExists(address.getPath());
            Files.delete(directory);
        }
    }

    @Override
    public void close() {
        daemon.close();
        runner.close();
    }
}
