package dev.runnel.executors.process;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A cgroup of the test's own in the hierarchy where sandboxes have theirs.
final class TestCgroup {
    private TestCgroup() {}

    static Path make(String name) throws IOException {
        var mounts = CgroupMounts.read(Path.of("/proc/self"));
        var place = mounts.v1().stream()
                .filter(mount -> mount.controllers().contains("memory"))
                .map(CgroupMounts.Mount::own)
                .findFirst();
        return makeIn(place.or(() -> mounts.v2().map(CgroupMounts.Mount::own)), name);
    }

    /// In the version 2 tree, which on a hybrid system has no controllers that limit.
    static Path makeV2(String name) throws IOException {
        return makeIn(CgroupMounts.read(Path.of("/proc/self")).v2().map(CgroupMounts.Mount::own), name);
    }

    private static Path makeIn(Optional<Path> place, String name) throws IOException {
        if (place.isEmpty() || !Files.isWritable(place.get())) {
            abort("this test needs a place where it may make cgroups: run it as root or with a delegated cgroup");
        }
        return Files.createDirectory(place.orElseThrow().resolve(name));
    }
}
