package dev.runnel.executors.docker;

import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.spi.SandboxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a container has outside of itself, and how it is removed.
final class ContainerFootprint {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerFootprint.class);

    private final Engine engine;
    private final Path directory;
    private volatile Optional<String> container = Optional.empty();

    /// @param directory with its socket, not made yet
    ContainerFootprint(Engine engine, Path directory) {
        this.engine = engine;
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    void remember(String id) {
        container = Optional.of(id);
    }

    String container() {
        return container.orElseThrow();
    }

    /// Kills everything in the container and removes it and its folder. What can't be removed now is told, and found by
    /// its label later.
    void destroy() {
        container.ifPresent(id -> {
            try {
                engine.remove(id);
            } catch (SandboxException e) {
                LOG.warn("container {} is left behind", id, e);
            }
        });
        try {
            if (Files.isDirectory(directory)) {
                InstanceDirectory.removeTree(directory);
            }
        } catch (IOException e) {
            LOG.warn("{} could not be removed", directory, e);
        }
    }
}
