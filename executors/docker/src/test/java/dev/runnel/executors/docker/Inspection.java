package dev.runnel.executors.docker;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What the engine says of a container (`docker inspect`), a line for each key that bears on what it may do.
final class Inspection {
    private static final List<String> KEYS = List.of(
            "Config.User",
            "Config.WorkingDir",
            "Config.Env",
            "Config.Entrypoint",
            "Config.Cmd",
            "Config.Tty",
            "Config.OpenStdin",
            "Config.Volumes",
            "Config.ExposedPorts",
            "HostConfig.Privileged",
            "HostConfig.CapAdd",
            "HostConfig.CapDrop",
            "HostConfig.SecurityOpt",
            "HostConfig.GroupAdd",
            "HostConfig.Runtime",
            "HostConfig.Init",
            "HostConfig.PidMode",
            "HostConfig.IpcMode",
            "HostConfig.UTSMode",
            "HostConfig.UsernsMode",
            "HostConfig.NetworkMode",
            "HostConfig.PortBindings",
            "HostConfig.PublishAllPorts",
            "HostConfig.Links",
            "HostConfig.Dns",
            "HostConfig.ExtraHosts",
            "HostConfig.ReadonlyRootfs",
            "HostConfig.Tmpfs",
            "HostConfig.ShmSize",
            "HostConfig.Binds",
            "HostConfig.VolumesFrom",
            "HostConfig.Devices",
            "HostConfig.DeviceRequests",
            "HostConfig.DeviceCgroupRules",
            "HostConfig.Sysctls",
            "HostConfig.Memory",
            "HostConfig.MemorySwap",
            "HostConfig.NanoCpus",
            "HostConfig.PidsLimit",
            "HostConfig.Ulimits",
            "HostConfig.OomScoreAdj",
            "HostConfig.MaskedPaths",
            "HostConfig.ReadonlyPaths",
            "HostConfig.LogConfig.Type",
            "HostConfig.AutoRemove");

    private Inspection() {}

    static String of(URI engine, String container) throws IOException, InterruptedException {
        var told = Commands.run("docker", "--host", engine.toString(), "inspect", container);
        var found = new ObjectMapper().readTree(told).path(0);
        return Stream.of(
                        KEYS.stream().map(key -> key + " " + text(found.at("/" + key.replace('.', '/')))),
                        Stream.of("Config.Labels " + names(found.at("/Config/Labels"))),
                        mounts(found.path("Mounts")))
                .flatMap(lines -> lines)
                // Another list for each version of the engine.
                .map(line -> line.replaceAll("^(HostConfig.(Masked|Readonly)Paths) /.*", "$1 THE ENGINE'S"))
                // What is another for each container.
                .map(line -> line.replaceAll("(--nonce; )[0-9a-f]+", "$1NONCE")
                        .replace(SeccompProfile.PLAIN.json(), "OUR LIST")
                        .replace(SeccompProfile.NURSERY.json(), "OUR LIST AND WHAT MAKES CELLS")
                        // Of the test engine's images.
                        .replace("dev.runnel.recipe; ", ""))
                .collect(joining("\n", "", "\n"));
    }

    /// Where each comes from is the machine's affair.
    private static Stream<String> mounts(JsonNode mounts) {
        return mounts.valueStream()
                .map(mount -> "Mounts " + text(mount.path("Type")) + " at " + text(mount.path("Destination"))
                        + (mount.path("RW").asBoolean(true) ? " writable" : " read-only"))
                .sorted();
    }

    private static String names(JsonNode map) {
        return String.join(
                "; ", new TreeSet<>(map.propertyStream().map(Map.Entry::getKey).toList()));
    }

    private static String text(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> orDash(value.valueStream().map(Inspection::text).collect(joining("; ")));
            case OBJECT ->
                orDash(value.propertyStream()
                        .map(entry -> entry.getKey() + " " + text(entry.getValue()))
                        .sorted()
                        .collect(joining("; ")));
            default -> orDash(value.asText());
        };
    }

    private static String orDash(String text) {
        return text.isEmpty() || text.equals("null") ? "-" : text;
    }
}
