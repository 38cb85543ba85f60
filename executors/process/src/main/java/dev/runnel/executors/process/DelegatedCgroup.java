package dev.runnel.executors.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The places of a version 2 tree where a daemon may put its sandboxes (cgroups(7), "no internal processes").
///
/// @param mount the daemon's own place
/// @param root whether it is root
record DelegatedCgroup(CgroupMounts.Mount mount, boolean root) {
    /// Where the daemon goes when it is alone in the cgroup that was delegated to it.
    private static final String LEAF = "daemon";

    /// Best first. Preparing them may move the daemon itself into a leaf.
    List<Path> candidates() throws IOException {
        var places = new ArrayList<Path>();
        var own = mount.own();
        var outer = own.getParent();
        if (!own.equals(mount.top()) && outer != null && delegated(outer)) {
            places.add(outer); // systemd's DelegateSubgroup=: the daemon already is in a leaf of its unit
        }
        if (own.equals(mount.top()) || alone(own)) {
            makeRoom(own);
            places.add(own);
        }
        if (root && !places.contains(mount.top())) {
            places.add(mount.top());
        }
        return places;
    }

    /// Hands controllers on to the cgroups below `place`.
    static void enable(Path place, Set<String> controllers) throws IOException {
        var control = place.resolve("cgroup.subtree_control");
        if (!CgroupFile.words(control).containsAll(controllers)) {
            CgroupFile.write(control, CgroupsV2.enabling(controllers));
        }
    }

    private static boolean delegated(Path outer) {
        var name = String.valueOf(outer.getFileName());
        return name.endsWith(".service") || name.endsWith(".scope");
    }

    private static boolean alone(Path own) throws IOException {
        return Files.readAllLines(own.resolve("cgroup.procs"))
                .equals(List.of(Long.toString(ProcessHandle.current().pid())));
    }

    private static void makeRoom(Path own) throws IOException {
        if (!alone(own)) {
            return;
        }
        var leaf = own.resolve(LEAF);
        try {
            Files.createDirectories(leaf);
            CgroupFile.write(leaf.resolve("cgroup.procs"), "0");
        } catch (IOException _) {
            // Not ours to change: enabling controllers will say so.
        }
    }
}
