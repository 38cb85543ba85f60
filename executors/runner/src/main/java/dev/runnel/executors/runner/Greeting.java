package dev.runnel.executors.runner;

/// What a runner is asked to be when it is welcomed.
public sealed interface Greeting {
    /// Absolute path of the workspace inside the sandbox, of every cell in a nursery.
    String workspace();

    /// A sandbox of its own: programs share the runner's namespaces, one at a time.
    record Plain(String workspace) implements Greeting {}

    /// A nursery, which opens cells and runs nothing outside of them.
    record Nursery(String workspace, NurserySettings settings) implements Greeting {}
}
