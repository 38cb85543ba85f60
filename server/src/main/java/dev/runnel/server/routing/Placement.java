package dev.runnel.server.routing;

import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.ExecutorCapabilities.LanguageSupport;
import dev.runnel.executors.spi.SandboxDescription;
import java.util.Optional;

/// The executor that was chosen, and what its sandboxes are.
///
/// @param image the one that was named; otherwise the executor chooses
/// @param imageDigest what the sandbox is or will be made of; absent where that is not known
public record Placement(
        Executor executor, ExecutorCapabilities capabilities, Optional<String> image, Optional<String> imageDigest) {
    /// One of which it is not known yet what its sandbox will be made of.
    public Placement(Executor executor, ExecutorCapabilities capabilities, Optional<String> image) {
        this(executor, capabilities, image, Optional.empty());
    }

    /// The same, of the image with this digest.
    public Placement ofImage(Optional<String> digest) {
        return new Placement(executor, capabilities, image, digest);
    }

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
