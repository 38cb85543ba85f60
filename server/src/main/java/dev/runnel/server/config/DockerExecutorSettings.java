package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.util.Map;
import java.util.Optional;

/// The executor that opens containers of a Docker Engine, and those that do so with other runtimes.
///
/// @param engine absent: what the variable DOCKER_HOST names, otherwise `unix:///var/run/docker.sock`
/// @param runtime the OCI runtime by the engine's name for it, such as `runsc`; absent: the engine's default
/// @param images what containers are made of
/// @param maxSandboxes at one time, those of sessions included
/// @param pool containers that are started ahead
/// @param reuse what a container is for
/// @param nurseries what cells are opened in, where containers are for tenants
/// @param uids one for each such container; must belong to nobody else
/// @param apparmorProfile of such containers
/// @param runtimes more executors on the same engine, by the name that each has
/// @param mounts that a request may name
/// @param devices that a request may name
/// @param hosts that a request may name, and the address of each
public record DockerExecutorSettings(
        @Default("false") boolean enabled,
        Optional<EngineAddress> engine,
        Optional<String> runtime,
        DockerImageSettings images,
        @Default("64") int maxSandboxes,
        DockerPoolSettings pool,
        @Default("execution") Reuse reuse,
        NurserySettings nurseries,
        @Default("1900065536-1900069631") UidRange uids,
        Optional<String> apparmorProfile,
        @Default("{}") Map<String, DockerRuntimeSettings> runtimes,
        @Default("{}") Map<String, DockerMountSettings> mounts,
        @Default("{}") Map<String, DockerDeviceSettings> devices,
        @Default("{}") Map<String, String> hosts) {
    /// Short, because it is a part of the path of sockets.
    private static final String EXECUTOR = "[a-z][a-z0-9-]{0,15}";

    /// As the contract lets a request name it.
    private static final String EXTRA = "[A-Za-z0-9._-]{1,128}";

    public DockerExecutorSettings {
        runtimes = Map.copyOf(runtimes);
        mounts = Map.copyOf(mounts);
        devices = Map.copyOf(devices);
        hosts = Map.copyOf(hosts);
        runtime.ifPresent(name -> DockerRuntimeSettings.check("runtime", name));
        Rules.positive("max_sandboxes", maxSandboxes);
        apparmorProfile.ifPresent(name -> InvalidKeyException.unless(
                name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}"),
                "apparmor_profile",
                "not a profile's name: '" + name + "'"));
        for (var name : runtimes.keySet()) {
            InvalidKeyException.unless(
                    name.matches(EXECUTOR) && !ExecutorSettings.KNOWN.contains(name),
                    "runtimes." + name,
                    "can't be an executor's name (expected " + EXECUTOR + ", and not "
                            + String.join(", ", ExecutorSettings.KNOWN) + ")");
        }
        mounts.keySet().forEach(name -> extra("mounts", name));
        devices.keySet().forEach(name -> extra("devices", name));
        hosts.forEach((name, address) -> {
            extra("hosts", name);
            InvalidKeyException.unless(
                    address.matches("[0-9]+([.][0-9]+){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"),
                    "hosts." + name,
                    "not an IP address: '" + address + "'");
        });
    }

    private static void extra(String key, String name) {
        InvalidKeyException.unless(
                name.matches(EXTRA), key + "." + name, "not a name that a request could use: " + EXTRA);
    }

    /// What a container is for.
    public enum Reuse {
        /// One execution, or one session.
        EXECUTION,
        /// One tenant and image: each execution has a fresh cell in it.
        TENANT
    }

    /// How many sandboxes there may be at one time with all runtimes.
    int allSandboxes() {
        return maxSandboxes
                + runtimes.values().stream()
                        .mapToInt(DockerRuntimeSettings::maxSandboxes)
                        .sum();
    }
}
