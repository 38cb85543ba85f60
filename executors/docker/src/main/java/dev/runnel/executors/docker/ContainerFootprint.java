package dev.runnel.executors.docker;

import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.runner.UidPool;
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
    private final Upkeep upkeep;
    private final Path directory;
    private final Optional<UidPool.Lease> uid;
    private volatile Optional<String> container = Optional.empty();
    private volatile boolean given;
    private volatile boolean outOfMemory;

    /// @param directory with its socket, not made yet
    /// @param uid given back when nothing of the container is left
    ContainerFootprint(Engine engine, Upkeep upkeep, Path directory, Optional<UidPool.Lease> uid) {
        this.engine = engine;
        this.upkeep = upkeep;
        this.directory = directory;
        this.uid = uid;
        upkeep.use(name());
    }

    /// Of the sandbox, unique in its instance.
    String name() {
        return directory.getFileName().toString();
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

    /// Its owner has done with it: from here on its end says nothing.
    void give() {
        given = true;
    }

    /// Whether it came to its end because the kernel wanted its memory. Known when it is destroyed.
    boolean outOfMemory() {
        return outOfMemory;
    }

    /// Kills everything in the container and removes it and its folder. Where the engine does not do it in
    /// time it is done later: by then the end of its channel has made the runner kill what ran.
    void destroy() {
        var removed = false;
        try {
            if (container.isPresent()) {
                outOfMemory = !given && engine.diedOfMemory(container.get());
                engine.remove(container.get());
                removed = true;
            }
        } catch (SandboxException e) {
            LOG.warn("container {} is removed later: {}", container.get(), e.getMessage());
        } finally {
            upkeep.leave(name(), removed);
            var isGone = removed || container.isEmpty();
            uid.ifPresent(lease -> lease.release(isGone));
        }
        try {
            if (Files.isDirectory(directory)) {
                InstanceDirectory.removeTree(directory);
            }
        } catch (IOException e) {
            LOG.warn("{} could not be removed", directory, e);
        }
    }
}
