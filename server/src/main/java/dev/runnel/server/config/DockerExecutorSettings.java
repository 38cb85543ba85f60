package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.util.Optional;

/// The executor that opens containers of a Docker Engine.
///
/// @param engine absent: what the variable DOCKER_HOST names, otherwise `unix:///var/run/docker.sock`
/// @param runtime the OCI runtime by the engine's name for it, such as `runsc`; absent: the engine's default
/// @param images what containers are made of
/// @param maxSandboxes at one time, those of sessions included
public record DockerExecutorSettings(
        @Default("false") boolean enabled,
        Optional<EngineAddress> engine,
        Optional<String> runtime,
        DockerImageSettings images,
        @Default("64") int maxSandboxes) {
    public DockerExecutorSettings {
        runtime.ifPresent(name -> InvalidKeyException.unless(
                name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}"), "runtime", "not a runtime's name: '" + name + "'"));
        Rules.positive("max_sandboxes", maxSandboxes);
    }
}
