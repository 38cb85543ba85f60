package dev.runnel.executors.docker;

import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.spi.SandboxException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// Removes the containers of one instance, which nobody uses any more.
///
/// They are found by their label; an engine that can't be asked leaves them, and their instance's lock file with them,
/// to the next daemon.
record ContainerReaper(Engine engine) implements InstanceDirectory.Reaping {
    @Override
    public void reap(Path directory) throws IOException {
        var name = directory.getFileName().toString();
        try {
            for (var container : engine.containers(Map.of(Labels.INSTANCE, name))) {
                engine.remove(container.getId());
            }
        } catch (SandboxException e) {
            throw new IOException("containers of " + name + " may be left: " + e.getMessage(), e);
        }
    }
}
