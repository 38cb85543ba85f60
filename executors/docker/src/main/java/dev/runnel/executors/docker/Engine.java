package dev.runnel.executors.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The engine's API, with its errors in the words of this project. Thread-safe.
///
/// Only requests with an answer go this way: output of containers has a stream of its own.
final class Engine implements AutoCloseable {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
    /// Making and starting a container takes 0.2 s, and many wait for each other inside the engine. One
    /// that hangs is not waited for that long: see [Pulse].
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(60);

    /// What it may take until an engine knows that a container has ended, and of what.
    private static final Duration END_KNOWN_WITHIN = Duration.ofMillis(500);

    private static final Duration END_KNOWN_AGAIN = Duration.ofMillis(20);
    /// As the engine counts: 128 and SIGKILL.
    private static final long KILLED = 137;

    /// Words of engines and registries for what trying again won't bring.
    private static final List<String> NOT_TO_BE_HAD =
            List.of("not found", "manifest unknown", "denied", "unauthorized", "no matching manifest");

    private static final int CONNECTIONS = 64;
    private static final String REMEDY = ". Start it, or name another as executors.docker.engine";
    private static final String PATH = "PATH=";
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final URI address;
    private final DockerClient client;
    /// With a connection of its own, for when all others are taken.
    private final DockerClient forPulse;

    private final Pulse pulse;
    private volatile Runnable whenLost = () -> {};

    Engine(URI address) {
        this.address = address;
        this.client = client(address, CONNECTIONS, ANSWER_WITHIN);
        this.forPulse = client(address, 1, Pulse.BEAT_WITHIN);
        this.pulse = new Pulse(() -> forPulse.pingCmd().exec(), () -> whenLost.run());
    }

    private static DockerClient client(URI address, int connections, Duration answerWithin) {
        var config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(address.toString())
                .build();
        return DockerClientImpl.getInstance(
                config,
                new ZerodepDockerHttpClient.Builder()
                        .dockerHost(address)
                        .sslConfig(config.getSSLConfig())
                        .maxConnections(connections)
                        .connectionTimeout(CONNECT_WITHIN)
                        .responseTimeout(answerWithin)
                        .build());
    }

    /// Where it is.
    URI address() {
        return address;
    }

    /// Whether it answers now.
    boolean beats() {
        return pulse.beats();
    }

    /// Why it could not be used when last something was asked of it, and what to do.
    Optional<String> trouble() {
        return pulse.trouble().map(why -> "the engine at " + address + " does not answer: " + why + REMEDY);
    }

    /// Says who is told each time that the engine stops to answer. Returns at once.
    void whenLost(Runnable action) {
        whenLost = action;
    }

    /// What it says of itself.
    Facts facts() throws SandboxException {
        var info = answer("asked what it is", () -> client.infoCmd().exec());
        var runtimes = info.getRuntimes();
        return new Facts(
                Objects.requireNonNullElse(info.getServerVersion(), "of unknown version"),
                "2".equals(info.getRawValues().get("CgroupVersion")),
                Objects.requireNonNullElse(info.getRawValues().get("DefaultRuntime"), "runc")
                        .toString(),
                runtimes == null ? List.of() : List.copyOf(runtimes.keySet()),
                DataSize.ofBytes(Objects.requireNonNullElse(info.getMemTotal(), 0L)),
                Objects.requireNonNullElse(info.getNCPU(), 1),
                Platform.of(
                        Objects.requireNonNullElse(info.getOsType(), "linux"),
                        Objects.requireNonNullElse(info.getArchitecture(), "")));
    }

    /// @param cgroupsV2 which version of cgroups its containers have
    /// @param defaultRuntime the OCI runtime that it uses when it is not told
    /// @param memory of its machine
    /// @param processors of its machine
    record Facts(
            String version,
            boolean cgroupsV2,
            String defaultRuntime,
            List<String> runtimes,
            DataSize memory,
            int processors,
            Platform platform) {}

    /// Absent when the engine has no such image.
    Optional<ContainerImage> image(String reference) throws SandboxException {
        try {
            var found = answer(
                    "asked for image " + reference,
                    () -> client.inspectImageCmd(reference).exec());
            var config = found.getConfig();
            var environment = config == null ? null : config.getEnv();
            var path = Stream.of(environment == null ? new String[0] : environment)
                    .filter(variable -> variable.startsWith(PATH))
                    .map(variable -> variable.substring(PATH.length()))
                    .findFirst();
            return Optional.of(new ContainerImage(
                    reference,
                    Objects.requireNonNull(found.getId()),
                    path.orElse(DEFAULT_PATH),
                    Platform.of(
                            Objects.requireNonNullElse(found.getOs(), ""),
                            Objects.requireNonNullElse(found.getArch(), ""))));
        } catch (NotFoundException _) {
            return Optional.empty();
        }
    }

    /// Has the engine pull an image; returns when that is done. May take as long as it likes while there is progress.
    ///
    /// @param progress told of each step, in the engine's words
    /// @throws SandboxException with [Reason.Unsupported] when there is no such image, or not for everybody
    void pull(String reference, Consumer<PullResponseItem> progress) throws SandboxException, InterruptedException {
        var failure = new AtomicReference<String>();
        try (var pull = new ResultCallback.Adapter<PullResponseItem>() {
            @Override
            public void onNext(PullResponseItem item) {
                if (item.getErrorDetail() != null) {
                    failure.set(String.valueOf(item.getErrorDetail().getMessage()));
                }
                progress.accept(item);
            }
        }) {
            client.pullImageCmd(withTag(reference)).exec(pull).awaitCompletion();
        } catch (DockerException e) {
            failure.set(String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException e) {
            throw notPulled(new Reason.Unavailable(), reference, Pulse.rootOf(e).getMessage());
        }
        if (failure.get() != null) {
            var why = failure.get();
            var never = NOT_TO_BE_HAD.stream().anyMatch(why::contains);
            throw notPulled(never ? new Reason.Unsupported() : new Reason.Unavailable(), reference, why);
        }
    }

    private SandboxException notPulled(Reason reason, String reference, @Nullable String why) {
        return new SandboxException(
                reason, "the engine at " + address + " was told to pull image " + reference + " and could not: " + why);
    }

    /// Without one an engine would pull all there are.
    private static String withTag(String reference) {
        var name = reference.substring(reference.lastIndexOf('/') + 1);
        return name.contains(":") || name.contains("@") ? reference : reference + ":latest";
    }

    /// Makes and starts a container.
    ///
    /// @return its id
    String create(ContainerSpec spec) throws SandboxException {
        try {
            return answer(
                    "told to make a container of " + spec.image().reference(),
                    () -> client.createContainerCmd(spec.image().id())
                            .withHostConfig(spec.hostConfig())
                            .withEntrypoint(spec.command())
                            .withCmd(List.of())
                            .withUser(spec.user())
                            .withWorkingDir(ContainerSpec.WORKSPACE)
                            .withHostName("runnel")
                            .withEnv(PATH + spec.image().path())
                            .withLabels(spec.labels())
                            // Its network mode is none in any case; this also keeps /etc/hosts from being made.
                            .withNetworkDisabled(spec.extras().hosts().isEmpty())
                            // The runner needs no time for its end, and an engine that stops would give it
                            // ten seconds.
                            .withStopSignal("SIGKILL")
                            .withTty(false)
                            .withStdinOpen(spec.input())
                            .withStdInOnce(spec.input())
                            .withAttachStdin(spec.input())
                            .exec()
                            .getId());
        } catch (BadRequestException e) {
            throw new SandboxException(
                    new Reason.Unsupported(),
                    "the engine at " + address + " can't make such a container of "
                            + spec.image().reference() + ": " + e.getMessage(),
                    e);
        } catch (NotFoundException e) {
            throw new SandboxException(
                    new Reason.Unsupported(),
                    "image " + spec.image().reference() + " is gone from the engine at " + address,
                    e);
        }
    }

    void start(String container) throws SandboxException {
        try {
            answer(
                    "told to start container " + container,
                    () -> client.startContainerCmd(container).exec());
        } catch (NotFoundException e) {
            throw new SandboxException(
                    new Reason.Unavailable(), "container " + container + " was removed before it started", e);
        }
    }

    /// Kills everything in a container and removes it. One that is gone, or going, is no error.
    void remove(String container) throws SandboxException {
        try {
            answer(
                    "told to remove container " + container,
                    () -> client.removeContainerCmd(container)
                            .withForce(true)
                            .withRemoveVolumes(true)
                            .exec());
        } catch (NotFoundException | ConflictException | NotModifiedException _) {
            // Somebody else has, or is about to.
        }
    }

    /// Why a container's runner may not be there: in words, and never an error.
    String whatBecameOf(String container) {
        try {
            var state = answer(
                            "asked about container " + container,
                            () -> client.inspectContainerCmd(container).exec())
                    .getState();
            var error = state.getError();
            return "it is " + state.getStatus() + ", exit code " + state.getExitCodeLong()
                    + (error == null || error.isEmpty() ? "" : ", " + error);
        } catch (NotFoundException _) {
            return "it was removed";
        } catch (SandboxException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /// Whether a container that is at its end was killed by the kernel for want of memory. The engine may hear of its
    /// end
    /// a little later than others do.
    boolean diedOfMemory(String container) throws SandboxException {
        var until = System.nanoTime() + END_KNOWN_WITHIN.toNanos();
        try {
            while (true) {
                var state = answer(
                                "asked what ended container " + container,
                                () -> client.inspectContainerCmd(container).exec())
                        .getState();
                var killed = Objects.equals(state.getExitCodeLong(), KILLED);
                if (!Boolean.TRUE.equals(state.getRunning())
                        && (!killed || Boolean.TRUE.equals(state.getOOMKilled()))) {
                    return killed;
                }
                if (System.nanoTime() > until) {
                    return false;
                }
                LockSupport.parkNanos(END_KNOWN_AGAIN.toNanos());
            }
        } catch (NotFoundException _) {
            return false;
        }
    }

    /// Ids of containers with these labels, stopped ones too.
    List<Container> containers(Map<String, String> labels) throws SandboxException {
        return answer(
                "asked for its containers",
                () -> client.listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(labels)
                        .exec());
    }

    /// Errors that say something about what was asked pass; all others mean that the engine can't be used
    /// just now.
    private <T> T answer(String what, Supplier<T> request) throws SandboxException {
        for (var again = false; ; again = true) {
            try {
                return pulse.answer(request, ANSWER_WITHIN);
            } catch (NotFoundException | ConflictException | NotModifiedException | BadRequestException e) {
                throw e;
            } catch (DockerException e) {
                throw new SandboxException(
                        new Reason.Unavailable(),
                        "the engine at " + address + " was " + what + " and refused: " + e.getMessage(),
                        e);
            } catch (Pulse.Silence e) {
                throw silent(what, String.valueOf(e.getMessage()), e);
            } catch (RuntimeException e) {
                // A connection kept from before the engine's restart ends like one that breaks now. Nothing
                // is asked that does harm when it is asked twice: a container that nobody knows of is
                // removed.
                if (again || !pulse.beats()) {
                    throw silent(what, Pulse.rootOf(e).toString(), e);
                }
            }
        }
    }

    private SandboxException silent(String what, String why, Exception cause) {
        return new SandboxException(
                new Reason.Unavailable(),
                "the engine at " + address + " was " + what + " and did not answer: " + why + REMEDY,
                cause);
    }

    @Override
    public void close() {
        try (client) {
            forPulse.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
