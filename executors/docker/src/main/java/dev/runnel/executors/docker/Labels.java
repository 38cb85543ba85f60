package dev.runnel.executors.docker;

/// What tells our containers from others.
final class Labels {
    /// Which daemon's: the name of its [dev.runnel.executors.runner.InstanceDirectory].
    static final String INSTANCE = "dev.runnel.instance";

    private Labels() {}
}
