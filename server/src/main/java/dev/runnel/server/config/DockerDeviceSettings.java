package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.nio.file.Path;
import java.util.Optional;

/// A device that a request may have in its container, by name: a node of the engine's machine, or GPUs.
///
/// @param path the node there
/// @param target where the container has it; absent: where it is there
/// @param permissions of r (read), w (write), m (make such nodes)
/// @param gpus how many, or `all`, by the engine's own means; then there is no path
public record DockerDeviceSettings(
        Optional<Path> path,
        Optional<Path> target,
        @Default("rw") String permissions,
        Optional<String> gpus) {
    public DockerDeviceSettings {
        InvalidKeyException.unless(path.isPresent() != gpus.isPresent(), "path", "either path or gpus is needed");
        path.ifPresent(node -> Rules.absolute("path", node));
        target.ifPresent(inside -> DockerMountSettings.checkTarget("target", inside));
        InvalidKeyException.unless(
                permissions.matches("r?w?m?") && !permissions.isEmpty(),
                "permissions",
                "not permissions: '" + permissions + "' (expected some of rwm, in this order)");
        gpus.ifPresent(count -> InvalidKeyException.unless(
                count.matches("all|[1-9][0-9]{0,2}"),
                "gpus",
                "not a number of GPUs: '" + count + "' (expected such as 1, or all)"));
    }
}
