package dev.runnel.executors.spi;

/// What stands between a program and everything else, weakest first. A request names a minimum.
public enum Isolation {
    LANGUAGE,
    PROCESS,
    CONTAINER,
    KERNEL,
    VM
}
