package dev.runnel.bench;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A daemon in a process of its own, in a runtime directory of its own, and a connection to it.
final class DaemonProcess implements AutoCloseable {
    private static final long START_SECONDS = 60;

    private final Path runtime;
    private final Process process;
    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ManagedChannel channel;

    /// @param command everything before `--config FILE`
    DaemonProcess(List<String> command) throws IOException, InterruptedException {
        this(command, "");
    }

    /// @param more YAML beside what the bench needs itself
    DaemonProcess(List<String> command, String more) throws IOException, InterruptedException {
        runtime = Files.createTempDirectory("runnel-bench");
        var socket = runtime.resolve("s");
        var config = runtime.resolve("runnel.yaml");
        Files.writeString(config, """
                runtime_directory: %s
                listeners:
                  unix:
                    path: %s
                limits:
                  ceilings:
                    output: 4GiB
                """.formatted(runtime.resolve("run"), socket) + more);
        var log = runtime.resolve("log").toFile();
        var arguments = new java.util.ArrayList<>(command);
        arguments.addAll(List.of("--config", config.toString()));
        process = new ProcessBuilder(arguments)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .channelType(EpollDomainSocketChannel.class)
                .eventLoopGroup(loop)
                .usePlaintext()
                // As Runnel's own client does it: nothing is handed from the event loop to another thread.
                .directExecutor()
                .flowControlWindow(1 << 20)
                .build();
        if (!connected()) {
            var said = Files.readString(log.toPath());
            close();
            throw new IOException("the daemon did not come up within " + START_SECONDS + " s: " + said);
        }
    }

    ManagedChannel channel() {
        return channel;
    }

    /// The folder with all that is the daemon's.
    Path runtime() {
        return runtime;
    }

    private boolean connected() throws InterruptedException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (System.nanoTime() < deadline && process.isAlive()) {
            if (channel.getState(true) == ConnectivityState.READY) {
                return true;
            }
            // The daemon's socket appears at some time: there is nothing to wait on but its being there.
            channel.resetConnectBackoff();
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        channel.shutdownNow();
        var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        process.destroy();
        try {
            process.onExit().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            process.destroyForcibly();
            throw new IOException("the daemon did not stop within 30 s of SIGTERM", e);
        }
        try (var files = Files.walk(runtime)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
