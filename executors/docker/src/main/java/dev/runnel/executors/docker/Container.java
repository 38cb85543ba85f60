package dev.runnel.executors.docker;

import dev.runnel.executors.runner.RunnerConnection;
import dev.runnel.executors.runner.WaitingInterpreter;
import dev.runnel.executors.runner.WarmPool;
import dev.runnel.executors.spi.Extras;
import dev.runnel.executors.spi.SandboxLimits;
import java.util.Optional;

/// A started container whose runner has been greeted and has run nothing.
record Container(Kind kind, RunnerConnection connection, ContainerFootprint footprint) implements WarmPool.Item {
    /// What containers have in common that can stand for each other.
    ///
    /// @param mountsSockets whether a socket of this host works inside
    /// @param extras with any, a container is made for the one who asks and for nobody else
    /// @param waiting for the first program
    record Kind(
            ContainerImage image,
            SandboxLimits limits,
            boolean mountsSockets,
            Extras extras,
            Optional<WaitingInterpreter> waiting) {}

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
