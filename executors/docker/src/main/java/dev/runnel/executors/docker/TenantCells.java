package dev.runnel.executors.docker;

import dev.runnel.executors.docker.NurseryContainers.Home;
import dev.runnel.executors.runner.Nurseries;
import dev.runnel.executors.runner.TrackedSandbox;
import dev.runnel.executors.runner.UidPool;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// Opens cells in containers, one container for each tenant and image. Thread-safe.
final class TenantCells implements AutoCloseable {
    private static final Duration CHECK_EVERY = Duration.ofSeconds(10);

    private final UidPool uids;
    private final NurseryContainers containers;
    private final Nurseries<Home> nurseries;

    private TenantCells(UidPool uids, NurseryContainers containers, Nurseries<Home> nurseries) {
        this.uids = uids;
        this.containers = containers;
        this.nurseries = nurseries;
    }

    /// @param runtime where daemons that share it tell each other which uids they use
    static TenantCells of(DockerExecutorConfig config, ContainerMaker maker, EngineProbe probe, Path runtime)
            throws IOException {
        // What is not known to be gone keeps its uid.
        var uids = UidPool.open(config.uids(), runtime.resolve("uids"), _ -> true);
        var containers = new NurseryContainers(maker, probe, config.cells(), config.languages(), uids);
        return new TenantCells(
                uids, containers, new Nurseries<>(containers, config.cells(), InstantSource.system(), CHECK_EVERY));
    }

    /// Opens a cell in the tenant's container, which is started if there is none.
    Sandbox open(Home home, SandboxSpec spec) throws SandboxException, InterruptedException {
        return nurseries.open(home, spec);
    }

    /// Opens a cell in a container that ends with it.
    Sandbox openAlone(Home home, SandboxSpec spec) throws SandboxException, InterruptedException {
        var nursery = containers.start(home);
        var opened = false;
        try {
            var cell = new TrackedSandbox(nursery.open(spec), _ -> nursery.close());
            opened = true;
            return cell;
        } finally {
            if (!opened) {
                nursery.close();
            }
        }
    }

    @Override
    public void close() {
        nurseries.close();
        uids.close();
    }
}
