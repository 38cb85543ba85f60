package dev.runnel.executors.docker;

import dev.runnel.executors.runner.Alarms;
import dev.runnel.executors.runner.Greeting;
import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.runner.Nonce;
import dev.runnel.executors.runner.RunnerConnection;
import dev.runnel.executors.runner.RunnerListener;
import dev.runnel.executors.runner.UnixChannel;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes containers with a runner in them, started and greeted.
final class ContainerMaker {
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(30);
    private static final String RUNNER = ContainerSpec.RUN + "/runner";
    private static final String CHANNEL = ContainerSpec.RUN + "/channel";

    /// Where a container finds what it has used of its limits: its own cgroup, read-only.
    private static final String COUNTERS = "/sys/fs/cgroup";

    private final Engine engine;
    private final InstanceDirectory instance;
    private final Path runner;
    private final Optional<String> runtime;
    private final List<Language> languages;

    ContainerMaker(
            Engine engine,
            InstanceDirectory instance,
            Path runner,
            Optional<String> runtime,
            List<Language> languages) {
        this.engine = engine;
        this.instance = instance;
        this.runner = runner;
        this.runtime = runtime;
        this.languages = languages;
    }

    /// Leaves nothing behind when it fails.
    Container make(Container.Kind kind) throws SandboxException, InterruptedException {
        var nonce = Nonce.random(Nonce.BYTES);
        var footprint = new ContainerFootprint(engine, instance.sandboxDirectory(nonce));
        var opened = false;
        try (var listener = listen(footprint)) {
            footprint.remember(engine.create(spec(kind, nonce, footprint.directory())));
            var connection = RunnerConnection.open(
                    new UnixChannel(connected(listener, footprint)),
                    HexFormat.of().parseHex(nonce),
                    new Greeting.Plain(ContainerSpec.WORKSPACE),
                    Alarms.real());
            opened = true;
            return new Container(kind, connection, footprint);
        } catch (IOException e) {
            throw new SandboxException(new Reason.Unavailable(), "a container could not be opened: " + e, e);
        } finally {
            if (!opened) {
                footprint.destroy();
            }
        }
    }

    private static RunnerListener listen(ContainerFootprint footprint) throws IOException {
        Files.createDirectory(footprint.directory());
        // The container's user must get in. Nobody else does: the folder above is the daemon's alone.
        Files.setPosixFilePermissions(footprint.directory(), PosixFilePermissions.fromString("rwxr-xr-x"));
        var socket = footprint.directory().resolve(InstanceDirectory.SOCKET);
        var listener = RunnerListener.bind(socket);
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        return listener;
    }

    private SocketChannel connected(RunnerListener listener, ContainerFootprint footprint)
            throws SandboxException, IOException, InterruptedException {
        var late = Alarms.real().after(STARTED_WITHIN, () -> closeQuietly(listener));
        try {
            engine.start(footprint.container());
            return listener.accept();
        } catch (AsynchronousCloseException e) {
            throw new SandboxException(
                    new Reason.Unavailable(),
                    "the runner in container " + footprint.container() + " did not connect within " + STARTED_WITHIN
                            + ": " + engine.whatBecameOf(footprint.container()),
                    e);
        } finally {
            late.cancel();
        }
    }

    private static void closeQuietly(RunnerListener listener) {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ContainerSpec spec(Container.Kind kind, String nonce, Path channel) {
        var shown = new LinkedHashMap<String, Path>();
        shown.put(RUNNER, runner);
        shown.put(CHANNEL, channel);
        for (var language : languages) {
            language.prelude().ifPresent(prelude -> shown.put(language.preludePath(), prelude));
        }
        var socket = CHANNEL + "/" + InstanceDirectory.SOCKET;
        var command = List.of(RUNNER, "--connect", socket, "--nonce", nonce, "--counters-from", COUNTERS);
        return new ContainerSpec(kind.image(), kind.limits(), runtime, shown, labels(), command);
    }

    private Map<String, String> labels() {
        return Map.of(Labels.INSTANCE, instance.name());
    }
}
