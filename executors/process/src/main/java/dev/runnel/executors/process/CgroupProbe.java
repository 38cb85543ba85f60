package dev.runnel.executors.process;

import dev.runnel.executors.process.CgroupMounts.Mount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Finds out by trying where this daemon may make cgroups with limits.
///
/// @param name of the cgroups to make, unique to this executor
/// @param root whether the daemon is root, and so may leave the cgroup it was started in
/// @param journal told of every cgroup before it is made
record CgroupProbe(String name, boolean root, Journal journal) {
    /// The controllers whose limits count.
    private static final Set<String> LIMITING = Set.of("memory", "pids", "cpu");

    /// Where what is made is written down, so that a later daemon finds it.
    @FunctionalInterface
    interface Journal {
        void record(List<Path> cgroups) throws IOException;
    }

    Cgroups probe(CgroupMounts mounts) throws IOException {
        var v1 = mounts.v1().stream()
                .filter(mount -> mount.controllers().stream().anyMatch(CgroupProbe::used))
                .sorted(Comparator.comparingInt((Mount mount) -> rank(mount.controllers())))
                .toList();
        if (v1.stream().flatMap(mount -> mount.controllers().stream()).anyMatch(LIMITING::contains)) {
            return probeV1(v1);
        }
        if (mounts.v2().isPresent()) {
            return probeV2(mounts.v2().get());
        }
        return new Cgroups.None("no cgroup file system is mounted");
    }

    private Cgroups probeV1(List<Mount> mounts) throws IOException {
        var made = new ArrayList<CgroupsV1.Hierarchy>();
        var refusals = new ArrayList<String>();
        journal.record(mounts.stream().map(this::parentV1).toList());
        for (var mount : mounts) {
            try {
                var used =
                        mount.controllers().stream().filter(CgroupProbe::used).collect(Collectors.toUnmodifiableSet());
                made.add(new CgroupsV1.Hierarchy(used, Files.createDirectory(parentV1(mount))));
            } catch (IOException e) {
                refusals.add(e.toString());
            }
        }
        if (made.isEmpty()) {
            return new Cgroups.None("this daemon may not make cgroups (v1): " + String.join("; ", refusals));
        }
        return new CgroupsV1(made);
    }

    private Cgroups probeV2(Mount mount) throws IOException {
        var refusals = new ArrayList<String>();
        for (var place : new DelegatedCgroup(mount, root).candidates()) {
            var parent = place.resolve(name);
            journal.record(List.of(parent));
            try {
                DelegatedCgroup.enable(place, LIMITING);
                Files.createDirectory(parent);
                DelegatedCgroup.enable(parent, LIMITING);
                return new CgroupsV2(LIMITING, parent);
            } catch (IOException e) {
                Files.deleteIfExists(parent);
                refusals.add(e.toString());
            }
        }
        return new Cgroups.None(
                "this daemon has no delegated cgroup (v2; with systemd: Delegate=yes): " + String.join("; ", refusals));
    }

    private Path parentV1(Mount mount) {
        return mount.own().resolve(name);
    }

    private static boolean used(String controller) {
        return LIMITING.contains(controller) || controller.equals("cpuacct");
    }

    /// Home comes first: it counts memory if anything does.
    private static int rank(Set<String> controllers) {
        if (controllers.contains("memory")) {
            return 0;
        }
        return controllers.contains("pids") ? 1 : 2;
    }
}
