package dev.runnel.server.routing;

import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.ExecutorCapabilities.LanguageSupport;
import dev.runnel.executors.spi.SandboxDescription;

/// The executor that was chosen, and what its sandboxes are.
public record Placement(Executor executor, ExecutorCapabilities capabilities) {
    public SandboxDescription sandboxes() {
        return capabilities.sandboxes();
    }

    /// The interpreter's version, empty if it is not known.
    String version(String language) {
        return capabilities.languages().get(language) instanceof LanguageSupport.Supported(var version) ? version : "";
    }
}
