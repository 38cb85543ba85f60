package dev.runnel.executors.process;

import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.SandboxLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Cgroups of version 2: one tree. Below the daemon's cgroup each sandbox has one, and in it a leaf for the runner and
/// a leaf for the program, because only leaves may hold processes.
///
/// @param controllers those that [#parent] hands on
/// @param parent the daemon's cgroup for all its sandboxes
record CgroupsV2(Set<String> controllers, Path parent) implements Cgroups {
    private static final Cgroups WITHOUT = new Cgroups.None("the controller is missing");
    /// What belongs to whom a cgroup is delegated to, besides its directory (cgroups(7), "Cgroup delegation").
    private static final List<String> DELEGATED = List.of("cgroup.procs", "cgroup.threads", "cgroup.subtree_control");

    private static final long PERIOD_MICROS = 100_000;
    private static final long MIN_QUOTA_MICROS = 1_000;

    CgroupsV2 {
        controllers = Set.copyOf(controllers);
    }

    @Override
    public Mechanism mechanism(LimitKind kind) {
        return switch (kind) {
            case MEMORY -> controllers.contains("memory") ? Mechanism.CGROUP_V2 : WITHOUT.mechanism(kind);
            case PROCESSES -> controllers.contains("pids") ? Mechanism.CGROUP_V2 : WITHOUT.mechanism(kind);
            case CPU -> controllers.contains("cpu") ? Mechanism.CGROUP_V2 : WITHOUT.mechanism(kind);
            case WALL_TIME, CPU_TIME, OUTPUT, DISK, FILE_SIZE -> Mechanism.NONE;
        };
    }

    @Override
    public SandboxCgroup create(String name, SandboxLimits limits) throws IOException {
        var directories = new ArrayList<Path>();
        try {
            var sandbox = make(directories, parent.resolve(name));
            if (controllers.contains("memory")) {
                limitMemory(sandbox, limits.memory().bytes() + RUNNER_MEMORY_BYTES);
            }
            if (!controllers.isEmpty()) {
                CgroupFile.write(sandbox.resolve("cgroup.subtree_control"), enabling(controllers));
            }
            var runner = make(directories, sandbox.resolve("runner"));
            var run = make(directories, sandbox.resolve("run"));
            limit(run, limits);
            return new SandboxCgroup(
                    directories,
                    List.of(runner.resolve("cgroup.procs")),
                    List.of(run.resolve("cgroup.procs")),
                    counters(run));
        } catch (IOException e) {
            new SandboxCgroup(directories, List.of(), List.of(), List.of()).remove(Duration.ofMillis(100));
            throw e;
        }
    }

    /// The launcher joins the nursery's cgroup itself, so that bubblewrap makes it the root of the nursery's cgroup
    /// namespace; the runner then goes into its leaf, after which controllers can be handed on to the cells'
    /// (cgroups(7), "no internal processes" and nsdelegate).
    @Override
    public NurseryCgroup createForNursery(String name, NurseryCgroup.Limits limits) throws IOException {
        var nursery = parent.resolve(name);
        var group = SandboxCgroup.shared(List.of(nursery), List.of(nursery.resolve("cgroup.procs")));
        Files.createDirectory(nursery);
        try {
            if (controllers.contains("memory")) {
                limitMemory(nursery, limits.memory().bytes());
            }
            if (controllers.contains("pids")) {
                CgroupFile.write(nursery.resolve("pids.max"), Integer.toString(limits.processes()));
            }
            var leaf = Files.createDirectory(nursery.resolve("runner")).resolve("cgroup.procs");
            NurseryCgroup.handOver(nursery, limits.owner());
            for (var file : DELEGATED) {
                NurseryCgroup.handOver(nursery.resolve(file), limits.owner());
            }
            var handedOver = new NurseryCgroup.HandedOver("v2", controllers, nursery);
            return new NurseryCgroup(group, List.of(handedOver), Optional.of(leaf));
        } catch (IOException e) {
            group.remove(Duration.ofMillis(100));
            throw e;
        }
    }

    @Override
    public List<Path> parents() {
        return List.of(parent);
    }

    @Override
    public String summary() {
        return "cgroup v2 with " + String.join(", ", new TreeSet<>(controllers));
    }

    /// What is written to `cgroup.subtree_control`.
    static String enabling(Set<String> controllers) {
        return String.join(
                " ", new TreeSet<>(controllers).stream().map(name -> "+" + name).toList());
    }

    private static Path make(List<Path> made, Path directory) throws IOException {
        made.add(Files.createDirectory(directory));
        return directory;
    }

    private void limit(Path run, SandboxLimits limits) throws IOException {
        if (controllers.contains("memory")) {
            limitMemory(run, limits.memory().bytes());
        }
        if (controllers.contains("pids")) {
            CgroupFile.write(run.resolve("pids.max"), Integer.toString(limits.processes()));
        }
        if (controllers.contains("cpu")) {
            var quota = Math.max(MIN_QUOTA_MICROS, limits.cpuMillis() * PERIOD_MICROS / 1000);
            CgroupFile.write(run.resolve("cpu.max"), quota + " " + PERIOD_MICROS);
        }
    }

    private static void limitMemory(Path directory, long bytes) throws IOException {
        CgroupFile.write(directory.resolve("memory.max"), Long.toString(bytes));
        CgroupFile.writeIfPresent(directory.resolve("memory.swap.max"), "0");
    }

    private static List<SandboxCgroup.Counter> counters(Path run) throws IOException {
        var counters = new ArrayList<SandboxCgroup.Counter>();
        counter(counters, "memory-events", run.resolve("memory.events"));
        counter(counters, "memory-peak", run.resolve("memory.peak"));
        counter(counters, "cpu-usage", run.resolve("cpu.stat"));
        counter(counters, "cpu-split", run.resolve("cpu.stat"));
        counter(counters, "pids-events", run.resolve("pids.events"));
        counter(counters, "pids-peak", run.resolve("pids.peak"));
        return counters;
    }

    private static void counter(List<SandboxCgroup.Counter> counters, String name, Path file) throws IOException {
        if (Files.exists(file)) {
            // memory.peak can be reset from Linux 6.12 on, and says so by its mode.
            var resettable = Files.getPosixFilePermissions(file).contains(PosixFilePermission.OWNER_WRITE);
            counters.add(new SandboxCgroup.Counter(name, file, resettable));
        }
    }
}
