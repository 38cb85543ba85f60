package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A folder or file of the engine's machine that a request may have in its container, by name.
///
/// @param source there
/// @param target where the container shows it
/// @param readOnly nothing in it can be changed from inside
public record DockerMountSettings(
        Path source, Path target, @Default("true") boolean readOnly) {
    public DockerMountSettings {
        Rules.absolute("source", source);
        checkTarget("target", target);
    }

    /// What a container needs to be what it is, nobody puts anything over.
    static void checkTarget(String key, Path target) {
        Rules.absolute(key, target);
        var normal = target.normalize();
        InvalidKeyException.unless(
                normal.equals(target)
                        && normal.getNameCount() > 0
                        && Stream.of("/proc", "/sys", "/run/runnel", "/sys/fs/cgroup")
                                .noneMatch(own ->
                                        normal.startsWith(own) || Path.of(own).startsWith(normal))
                        && Stream.of("/workspace", "/tmp", "/dev/shm", "/dev")
                                .noneMatch(own -> normal.equals(Path.of(own))),
                key,
                "is a place of the sandbox's own: '" + target + "'");
    }
}
