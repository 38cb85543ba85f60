package dev.runnel.server.routing;

import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.ExecutorCapabilities.LanguageSupport;
import dev.runnel.executors.spi.SandboxDescription;
import java.util.Optional;

/// The executor that was chosen, and what its sandboxes are.
///
/// @param image the one that was named; otherwise the executor chooses
public record Placement(Executor executor, ExecutorCapabilities capabilities, Optional<String> image) {
    public SandboxDescription sandboxes() {
        return capabilities.sandboxes();
    }

    /// The interpreter's version; empty if it is not known, as in an image that was named.
    String version(String language) {
        if (image.isPresent()) {
            return "";
        }
        return capabilities.languages().get(language) instanceof LanguageSupport.Supported(var version) ? version : "";
    }
}
