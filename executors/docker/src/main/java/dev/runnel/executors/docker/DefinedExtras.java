package dev.runnel.executors.docker;

import dev.runnel.executors.spi.Extras;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// What the operator has defined that containers may have beyond the usual, by name.
///
/// @param hosts the address of each
public record DefinedExtras(Map<String, Mount> mounts, Map<String, Device> devices, Map<String, String> hosts) {
    public static final DefinedExtras NONE = new DefinedExtras(Map.of(), Map.of(), Map.of());

    public DefinedExtras {
        mounts = Map.copyOf(mounts);
        devices = Map.copyOf(devices);
        hosts = Map.copyOf(hosts);
    }

    /// A folder or file of the engine's machine.
    ///
    /// @param target where the container shows it
    public record Mount(Path source, Path target, boolean readOnly) {}

    /// A device of the engine's machine.
    public sealed interface Device {
        /// A node.
        ///
        /// @param target where the container has it
        /// @param permissions of `rwm`
        record Node(Path path, Path target, String permissions) implements Device {}

        /// GPUs, by the engine's own means.
        ///
        /// @param count -1 for all
        record Gpus(int count) implements Device {
            public static final Gpus ALL = new Gpus(-1);
        }
    }

    Extras names() {
        return new Extras(mounts.keySet(), devices.keySet(), hosts.keySet());
    }

    /// Only those that are chosen, all of which are there.
    DefinedExtras only(Extras chosen) {
        return new DefinedExtras(
                only(mounts, chosen.mounts()), only(devices, chosen.devices()), only(hosts, chosen.hosts()));
    }

    private static <T> Map<String, T> only(Map<String, T> all, Set<String> names) {
        var some = new HashMap<>(all);
        some.keySet().retainAll(names);
        return some;
    }
}
