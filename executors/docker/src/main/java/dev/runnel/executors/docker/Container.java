package dev.runnel.executors.docker;

import dev.runnel.executors.runner.RunnerConnection;
import dev.runnel.executors.runner.WarmPool;
import dev.runnel.executors.spi.SandboxLimits;

/// A started container whose runner has been greeted and has run nothing.
record Container(Kind kind, RunnerConnection connection, ContainerFootprint footprint) implements WarmPool.Item {
    /// What containers have in common that can stand for each other.
    ///
    /// @param mountsSockets whether a socket of this host works inside
    record Kind(ContainerImage image, SandboxLimits limits, boolean mountsSockets) {}

    @Override
    public boolean isUsable() {
        return connection.isOpen();
    }

    @Override
    public void destroy() {
        connection.close();
        footprint.destroy();
    }
}
