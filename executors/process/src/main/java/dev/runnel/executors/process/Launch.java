package dev.runnel.executors.process;

import dev.runnel.executors.runner.RunnerListener;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts the launcher and brings back the daemon's end of the channel that it opened.
///
/// The launcher connects, not the runner: so the socket's folder stays the daemon's alone and is not part of the
/// sandbox.
final class Launch {
    private static final Duration WITHIN = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(Launch.class);

    private final Footprint footprint;
    private final List<String> command;

    /// @param command the launcher's, with all that is to become of it
    Launch(Footprint footprint, List<String> command) {
        this.footprint = footprint;
        this.command = List.copyOf(command);
    }

    /// Whatever happens, `footprint` says what there is to destroy.
    SocketChannel start() throws SandboxException, IOException, InterruptedException {
        try (var listener = RunnerListener.bind(footprint.socket())) {
            var process = footprint.start(builder());
            var watch = Thread.ofVirtual().name("launch-watch").start(() -> closeAtEnd(process, listener));
            try {
                return checked(listener.accept());
            } catch (AsynchronousCloseException e) {
                throw Diagnosis.failedLaunch(footprint.complaint(), "the launcher did not connect", e);
            } finally {
                watch.interrupt();
            }
        }
    }

    private ProcessBuilder builder() {
        var builder = new ProcessBuilder(command);
        builder.environment().clear();
        // Files, not pipes: a thread that waits for a pipe of a Process can't be interrupted and takes a carrier.
        builder.redirectInput(Path.of("/dev/null").toFile());
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.redirectError(footprint.complaints().toFile());
        return builder;
    }

    private static void closeAtEnd(Process process, RunnerListener listener) {
        try {
            var _ = process.waitFor(WITHIN.toNanos(), TimeUnit.NANOSECONDS);
            listener.close();
        } catch (InterruptedException _) {
            // accept() has come to an end
        } catch (IOException e) {
            LOG.warn("a launch could not be given up", e);
        }
    }

    /// The launcher connects before it drops its uid, so whoever has another one is a stranger.
    private SocketChannel checked(SocketChannel channel) throws SandboxException, IOException {
        var peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        var self = Files.getOwner(footprint.socket().getParent());
        if (!peer.equals(self)) {
            channel.close();
            throw new SandboxException(
                    new Reason.Unavailable(), "user " + peer.getName() + " connected in the place of the launcher");
        }
        return channel;
    }
}
