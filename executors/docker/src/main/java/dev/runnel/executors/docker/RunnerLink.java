package dev.runnel.executors.docker;

import dev.runnel.executors.runner.Channel;
import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.runner.RunnerListener;
import dev.runnel.executors.runner.UnixChannel;
import dev.runnel.executors.spi.SandboxException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/// How the runner of one container is reached. Closed once the channel is there, or when it will never be.
sealed interface RunnerLink extends AutoCloseable {
    /// What the runner is told.
    List<String> options();

    /// What the container shows for it, by its path inside.
    Map<String, Path> shown();

    /// Whether the container's standard input must be open.
    boolean needsInput();

    /// Starts the container and waits for its runner.
    ///
    /// @throws java.nio.channels.AsynchronousCloseException when this was closed meanwhile
    Channel start(Engine engine, String container) throws SandboxException, IOException, InterruptedException;

    @Override
    void close() throws IOException;

    /// A Unix socket that is mounted in: the fastest.
    record Socket(RunnerListener listener, Path directory) implements RunnerLink {
        private static final String INSIDE = ContainerSpec.RUN + "/channel";

        /// @param directory not made yet
        static Socket in(Path directory) throws IOException {
            Files.createDirectory(directory);
            // The container's user must get in. Nobody else does: the folder above is the daemon's alone.
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            var socket = directory.resolve(InstanceDirectory.SOCKET);
            var listener = RunnerListener.bind(socket);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
            return new Socket(listener, directory);
        }

        @Override
        public List<String> options() {
            return List.of("--connect", INSIDE + "/" + InstanceDirectory.SOCKET);
        }

        @Override
        public Map<String, Path> shown() {
            return Map.of(INSIDE, directory);
        }

        @Override
        public boolean needsInput() {
            return false;
        }

        @Override
        public Channel start(Engine engine, String container)
                throws SandboxException, IOException, InterruptedException {
            engine.start(container);
            return new UnixChannel(listener.accept());
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    /// The container's standard streams: for kernels of its own (gVisor) and engines elsewhere, where no socket of this
    /// host is to be had.
    record Attached(URI address) implements RunnerLink {
        @Override
        public List<String> options() {
            return List.of("--channel-stdio");
        }

        @Override
        public Map<String, Path> shown() {
            return Map.of();
        }

        @Override
        public boolean needsInput() {
            return true;
        }

        @Override
        public Channel start(Engine engine, String container) throws SandboxException, IOException {
            var channel = AttachChannel.open(address, container);
            var started = false;
            try {
                engine.start(container);
                started = true;
                return channel;
            } finally {
                if (!started) {
                    channel.close();
                }
            }
        }

        @Override
        public void close() {
            // The channel is its owner's, and there is nothing else.
        }
    }
}
