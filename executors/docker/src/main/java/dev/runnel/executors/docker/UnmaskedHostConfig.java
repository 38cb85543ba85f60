package dev.runnel.executors.docker;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.github.dockerjava.api.model.HostConfig;
import java.util.List;

/// Of a container in which nothing of /proc is covered: the kernel gives a new /proc only to who sees all of an old one
/// (mount_too_revealing in its fs/namespace.c). What the engine covers otherwise, cells cover for themselves.
///
/// docker-java 3.7 has no name for these two fields of the engine's API, for which the command line says
/// `systempaths=unconfined`.
final class UnmaskedHostConfig extends HostConfig {
    private static final long serialVersionUID = 1L;

    @JsonProperty("MaskedPaths")
    List<String> maskedPaths() {
        return List.of();
    }

    @JsonProperty("ReadonlyPaths")
    List<String> readonlyPaths() {
        return List.of();
    }
}
