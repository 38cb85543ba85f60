package dev.runnel.bench;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What others do with an engine: one container in which commands are executed, and containers made one after the
/// other.
/// Nanoseconds everywhere.
final class ReferenceEngine implements AutoCloseable {
    private static final Map<String, String> LABELS = Map.of("dev.runnel.bench", "reference");
    private static final int CONNECTIONS = 16;

    private final DockerClient client;
    private final String image;
    private Optional<String> running = Optional.empty();

    /// @param address of the engine, such as `unix:///var/run/docker.sock`
    ReferenceEngine(String address, String image) {
        var config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(address)
                .build();
        this.image = image;
        this.client = DockerClientImpl.getInstance(
                config,
                new ZerodepDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .maxConnections(CONNECTIONS)
                        .build());
    }

    /// Why the engine can't be used, or lacks what is needed.
    ///
    /// @param runtime one that it must have
    Optional<String> trouble(String runtime) {
        try {
            client.inspectImageCmd(image).exec();
            var runtimes = Objects.requireNonNull(client.infoCmd().exec().getRuntimes());
            return runtimes.containsKey(runtime) ? Optional.empty() : Optional.of("it has no runtime " + runtime);
        } catch (RuntimeException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /// From the request to the exit code of a command in a container that runs: what agents' sandboxes do that keep
    /// one.
    long execute(List<String> command) {
        var container = container();
        var before = System.nanoTime();
        var exec = client.execCreateCmd(container)
                .withAttachStdout(true)
                .withAttachStderr(true)
                .withCmd(command.toArray(String[]::new))
                .exec()
                .getId();
        try {
            client.execStartCmd(exec).exec(new ResultCallback.Adapter<Frame>()).awaitCompletion();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        var code = client.inspectExecCmd(exec).exec().getExitCodeLong();
        var after = System.nanoTime();
        if (!Long.valueOf(0).equals(code)) {
            throw new IllegalStateException("expected exit code 0, got " + code);
        }
        return after - before;
    }

    /// It has no limits, which makes it no slower.
    private String container() {
        if (running.isEmpty()) {
            var id = client.createContainerCmd(image)
                    .withLabels(LABELS)
                    .withHostConfig(HostConfig.newHostConfig().withNetworkMode("none"))
                    .withEntrypoint("sleep", "infinity")
                    .exec()
                    .getId();
            running = Optional.of(id);
            client.startContainerCmd(id).exec();
        }
        return running.get();
    }

    /// Some container of a daemon's, to be made again.
    ///
    /// @param folder of the daemon's, which it shows in its containers
    InspectContainerResponse containerOf(String folder) {
        return client.listContainersCmd().exec().stream()
                .filter(container -> container.getMounts().stream()
                        .anyMatch(mount -> String.valueOf(mount.getSource()).startsWith(folder)))
                .findFirst()
                .map(container -> client.inspectContainerCmd(container.getId()).exec())
                .orElseThrow(() -> new IllegalStateException("no container waits"));
    }

    /// Makes, starts and removes a container like that one. Its command finds no daemon and ends.
    long cycle(InspectContainerResponse like) {
        var config = like.getConfig();
        var before = System.nanoTime();
        var id = client.createContainerCmd(like.getImageId())
                .withHostConfig(like.getHostConfig())
                .withEntrypoint(Objects.requireNonNull(config.getEntrypoint()))
                .withCmd(List.of())
                .withUser(Objects.requireNonNull(config.getUser()))
                .withWorkingDir(Objects.requireNonNull(config.getWorkingDir()))
                .withEnv(Objects.requireNonNull(config.getEnv()))
                .withNetworkDisabled(true)
                .withStopSignal("SIGKILL")
                .withLabels(LABELS)
                .exec()
                .getId();
        client.startContainerCmd(id).exec();
        client.removeContainerCmd(id).withForce(true).exec();
        return System.nanoTime() - before;
    }

    @Override
    public void close() throws IOException {
        try (client) {
            running.ifPresent(
                    id -> client.removeContainerCmd(id).withForce(true).exec());
        }
    }
}
