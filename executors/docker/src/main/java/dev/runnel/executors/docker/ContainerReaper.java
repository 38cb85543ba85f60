package dev.runnel.executors.docker;

import com.github.dockerjava.api.model.Container;
import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.spi.SandboxException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes containers that nobody uses any more. They are found by their labels; an engine that can't be
/// asked leaves them to the next time, and what marks their instance as dead with them.
record ContainerReaper(Engine engine) implements InstanceDirectory.Reaping {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerReaper.class);

    /// Removes all of one instance.
    @Override
    public void reap(Path directory) throws IOException {
        var name = directory.getFileName().toString();
        try {
            remove(Map.of(Labels.INSTANCE, name), _ -> true);
        } catch (SandboxException e) {
            throw new IOException("containers of " + name + " may be left: " + e.getMessage(), e);
        }
    }

    /// Removes those of dead instances whose lock files are gone, as when the runtime directory was on a
    /// tmpfs of a boot before.
    ///
    /// Only of this owner's: of others it can't be told here whether they live.
    void reapForgotten(Path runtime, Owner owner) throws SandboxException {
        remove(
                Map.of(Labels.OWNER, owner.id()),
                container -> !InstanceDirectory.mayLive(runtime, label(container, Labels.INSTANCE)));
    }

    /// Removes those of a living instance which none of its sandboxes is in: their removal failed, or their
    /// making was never answered.
    ///
    /// @param inUse names of sandboxes; each is in it from before its container is made until after it is
    ///     removed
    void sweep(String instance, Set<String> inUse) throws SandboxException {
        remove(Map.of(Labels.INSTANCE, instance), container -> !inUse.contains(label(container, Labels.SANDBOX)));
    }

    /// Tries all, then fails if one could not be removed.
    private void remove(Map<String, String> labels, Predicate<Container> unused) throws SandboxException {
        SandboxException failure = null;
        // Looked at after they were listed: what is used now was so before.
        for (var container : List.copyOf(engine.containers(labels))) {
            if (!unused.test(container)) {
                continue;
            }
            try {
                LOG.info("removing container {}, which nobody uses", container.getId());
                engine.remove(container.getId());
            } catch (SandboxException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static String label(Container container, String name) {
        var labels = container.getLabels();
        return labels == null ? "" : labels.getOrDefault(name, "");
    }
}
