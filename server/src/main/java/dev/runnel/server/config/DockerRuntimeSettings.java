package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;

/// One more executor on the same engine, with another OCI runtime. Its images and extras are those of the first.
///
/// @param runtime by the engine's name for it
/// @param maxSandboxes at one time, those of sessions included
public record DockerRuntimeSettings(
        String runtime, @Default("64") int maxSandboxes, DockerPoolSettings pool) {
    public DockerRuntimeSettings {
        check("runtime", runtime);
        Rules.positive("max_sandboxes", maxSandboxes);
    }

    static void check(String key, String runtime) {
        InvalidKeyException.unless(
                runtime.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}"), key, "not a runtime's name: '" + runtime + "'");
    }
}
