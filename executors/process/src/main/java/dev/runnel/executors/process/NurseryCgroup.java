package dev.runnel.executors.process;

import dev.runnel.executors.spi.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/// The cgroups of one nursery. The daemon makes them and sets their limits; the runner makes one below for each cell.
///
/// @param group what the nursery has on the host
/// @param handedOver where the runner makes those of cells
/// @param leaf of version 2, where only leaves may hold processes: the file by which the runner goes into its own
record NurseryCgroup(SandboxCgroup group, List<HandedOver> handedOver, Optional<Path> leaf) {
    /// For a daemon that can't make cgroups.
    static final NurseryCgroup NONE = new NurseryCgroup(SandboxCgroup.NONE, List.of(), Optional.empty());

    NurseryCgroup {
        handedOver = List.copyOf(handedOver);
    }

    /// A cgroup below which the runner makes others.
    ///
    /// @param version of cgroups, `v1` or `v2`
    /// @param controllers those that are used in it
    record HandedOver(String version, Set<String> controllers, Path directory) {
        HandedOver {
            controllers = Set.copyOf(controllers);
        }
    }

    /// What a whole nursery may have: a bound for what the limits of its cells do not bound, their sum.
    ///
    /// @param owner the runner's uid, where it is not the daemon's own
    record Limits(DataSize memory, int processes, OptionalInt owner) {}

    /// The runner's options.
    List<String> options(Descriptors descriptors) {
        var options = new ArrayList<String>();
        for (var each : handedOver) {
            var names = String.join(",", new TreeSet<>(each.controllers()));
            options.add("--cgroup");
            options.add(each.version() + ":" + names + "=" + descriptors.read(each.directory()));
        }
        leaf.ifPresent(file -> options.addAll(List.of("--leaf", descriptors.write(file))));
        return options;
    }

    /// Gives a directory or file to the runner. Never one that holds a limit of the nursery's own.
    static void handOver(Path path, OptionalInt owner) throws IOException {
        if (owner.isPresent()) {
            Files.setAttribute(path, "unix:uid", owner.getAsInt());
            Files.setAttribute(path, "unix:gid", owner.getAsInt());
        }
    }
}
