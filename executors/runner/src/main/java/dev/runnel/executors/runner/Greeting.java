package dev.runnel.executors.runner;

import java.util.Optional;

/// What a runner is asked to be when it is welcomed.
public sealed interface Greeting {
    /// Absolute path of the workspace inside the sandbox, of every cell in a nursery.
    String workspace();

    /// A sandbox of its own: programs share the runner's namespaces, one at a time.
    ///
    /// @param waiting for the first program
    record Plain(String workspace, Optional<WaitingInterpreter> waiting) implements Greeting {
        /// Without an interpreter that waits.
        public Plain(String workspace) {
            this(workspace, Optional.empty());
        }
    }

    /// A nursery, which opens cells and runs nothing outside of them.
    record Nursery(String workspace, NurserySettings settings) implements Greeting {}
}
