package dev.runnel.executors.docker;

import dev.runnel.executors.runner.RunnerConnection;
import dev.runnel.executors.spi.SandboxLimits;

/// A started container whose runner has been greeted and has run nothing.
record Container(
        ContainerImage image, SandboxLimits limits, RunnerConnection connection, ContainerFootprint footprint) {}
