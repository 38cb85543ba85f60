package dev.runnel.executors.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The cgroup file systems this process can see, and its own place in each (cgroups(7), proc_pid_mountinfo(5)).
///
/// @param v1 mounts of version 1 hierarchies that have controllers
/// @param v2 the mount of version 2
record CgroupMounts(List<Mount> v1, Optional<Mount> v2) {
    private static final int ROOT = 3;
    private static final int MOUNT_POINT = 4;

    /// @param controllers of version 1; empty for version 2, whose cgroups tell theirs in `cgroup.controllers`
    /// @param top the mount point
    /// @param own the daemon's own cgroup, at or below `top`
    record Mount(Set<String> controllers, Path top, Path own) {}

    /// @param proc a /proc/self
    static CgroupMounts read(Path proc) throws IOException {
        var membership = membership(Files.readAllLines(proc.resolve("cgroup")));
        var v1 = new ArrayList<Mount>();
        Optional<Mount> v2 = Optional.empty();
        for (var line : Files.readAllLines(proc.resolve("mountinfo"))) {
            var halves = line.split(" - ", 2);
            var mount = halves[0].split(" ", -1);
            var fileSystem = halves[1].split(" ", -1);
            var options = Set.copyOf(List.of(fileSystem[fileSystem.length - 1].split(",", -1)));
            if (fileSystem[0].equals("cgroup2")) {
                v2 = v2.or(() -> mount(Set.of(), mount, membership));
            } else if (fileSystem[0].equals("cgroup")) {
                var controllers =
                        membership.keySet().stream().filter(options::contains).collect(Collectors.toUnmodifiableSet());
                if (v1.stream().noneMatch(known -> known.controllers().equals(controllers))) {
                    mount(controllers, mount, membership).ifPresent(v1::add);
                }
            }
        }
        return new CgroupMounts(v1, v2);
    }

    private static Optional<Mount> mount(Set<String> controllers, String[] mount, Map<String, String> membership) {
        var membershipKey = controllers.stream().findAny().orElse("");
        var path = membership.get(membershipKey);
        if (path == null || controllers.stream().anyMatch(controller -> controller.startsWith("name="))) {
            return Optional.empty();
        }
        var top = Path.of(mount[MOUNT_POINT]);
        // In a container the mount shows only a part of the tree, and the path may be the host's.
        var root = mount[ROOT].equals("/") ? "" : mount[ROOT];
        var inside = path.equals(root) || path.startsWith(root + "/");
        var below = inside ? path.substring(root.length()) : "/";
        var own = top.resolve(below.substring(Math.min(1, below.length()))).normalize();
        return Optional.of(new Mount(controllers, top, own));
    }

    /// From controller to path; version 2 has the key `""`.
    private static Map<String, String> membership(List<String> lines) {
        var paths = new HashMap<String, String>();
        for (var line : lines) {
            var fields = line.split(":", 3);
            Arrays.stream(fields[1].split(",", -1)).forEach(controller -> paths.put(controller, fields[2]));
        }
        return paths;
    }
}
