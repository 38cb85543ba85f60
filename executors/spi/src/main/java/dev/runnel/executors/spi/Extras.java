package dev.runnel.executors.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What an operator has defined under names and a sandbox may have beyond the usual: chosen by name, never described by
/// a
/// request.
///
/// @param mounts folders and files of the machine
/// @param devices device nodes and GPUs
/// @param hosts names that are resolved without asking anybody
public record Extras(Set<String> mounts, Set<String> devices, Set<String> hosts) {
    /// Nothing beyond the usual.
    public static final Extras NONE = new Extras(Set.of(), Set.of(), Set.of());

    public Extras {
        mounts = Set.copyOf(mounts);
        devices = Set.copyOf(devices);
        hosts = Set.copyOf(hosts);
    }

    public boolean isEmpty() {
        return equals(NONE);
    }

    /// What these have and `offered` has not, in words.
    public List<String> missingFrom(Extras offered) {
        var missing = new ArrayList<String>();
        missing(missing, "mount", mounts, offered.mounts);
        missing(missing, "device", devices, offered.devices);
        missing(missing, "host", hosts, offered.hosts);
        return missing;
    }

    private static void missing(List<String> missing, String kind, Set<String> wanted, Set<String> offered) {
        wanted.stream()
                .filter(name -> !offered.contains(name))
                .sorted()
                .forEach(name -> missing.add(kind + " " + name));
    }
}
