package dev.runnel.executors.process;

import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.SandboxLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Cgroups of version 1: a hierarchy per controller or group of controllers.
///
/// One of the hierarchies, that of memory where there is one, is *home*: there the sandbox has a cgroup
/// for the runner and one below it for the program, so that home holds every process of the sandbox. In
/// the others only the program has one. The freezer is never used: a frozen process does not die of SIGKILL.
///
/// @param hierarchies home first
record CgroupsV1(List<Hierarchy> hierarchies) implements Cgroups {
    private static final Cgroups WITHOUT = new Cgroups.None("the controller is missing");

    /// Not `cgroup.procs`: moving a process takes a lock whose writers wait for an RCU grace period, 8 to
    /// 25 ms on a machine that makes few cgroup changes; a thread that moves itself does without, from
    /// Linux 5.6 on (commit 9a3284fad42f). Whoever joins has one thread.
    private static final String JOIN = "tasks";

    private static final long PERIOD_MICROS = 100_000;
    private static final long MIN_QUOTA_MICROS = 1_000;

    CgroupsV1 {
        hierarchies = List.copyOf(hierarchies);
    }

    /// A hierarchy with at least one of the controllers that are used.
    ///
    /// @param parent the daemon's cgroup in it for all its sandboxes
    record Hierarchy(Set<String> controllers, Path parent) {
        Hierarchy {
            controllers = Set.copyOf(controllers);
        }
    }

    @Override
    public Mechanism mechanism(LimitKind kind) {
        return switch (kind) {
            case MEMORY -> has("memory") ? Mechanism.CGROUP_V1 : WITHOUT.mechanism(kind);
            case PROCESSES -> has("pids") ? Mechanism.CGROUP_V1 : WITHOUT.mechanism(kind);
            case CPU -> has("cpu") ? Mechanism.CGROUP_V1 : WITHOUT.mechanism(kind);
            case WALL_TIME, CPU_TIME, OUTPUT, DISK, FILE_SIZE -> Mechanism.NONE;
        };
    }

    @Override
    public SandboxCgroup create(String name, SandboxLimits limits) throws IOException {
        var directories = new ArrayList<Path>();
        var runs = new ArrayList<Path>();
        var counters = new ArrayList<SandboxCgroup.Counter>();
        try {
            for (var hierarchy : hierarchies) {
                var run = hierarchy.parent().resolve(name);
                directories.add(Files.createDirectory(run));
                if (runs.isEmpty()) {
                    if (hierarchy.controllers().contains("memory")) {
                        limitMemory(run, limits.memory().bytes() + RUNNER_MEMORY_BYTES);
                    }
                    run = run.resolve("run");
                    directories.add(Files.createDirectory(run));
                }
                runs.add(run);
                limit(hierarchy.controllers(), run, limits);
                counters.addAll(counters(hierarchy.controllers(), run));
            }
        } catch (IOException e) {
            new SandboxCgroup(directories, List.of(), List.of(), List.of()).remove(Duration.ofMillis(100));
            throw e;
        }
        var home = directories.getFirst().resolve(JOIN);
        var joins = runs.stream().map(run -> run.resolve(JOIN)).toList();
        return new SandboxCgroup(directories, List.of(home), joins, counters);
    }

    /// The runner is in the nursery's cgroup of every hierarchy, so that in its cgroup namespace, and in
    /// those of cells, no path above it is told.
    @Override
    public NurseryCgroup createForNursery(String name, NurseryCgroup.Limits limits) throws IOException {
        var directories = new ArrayList<Path>();
        var handedOver = new ArrayList<NurseryCgroup.HandedOver>();
        try {
            for (var hierarchy : hierarchies) {
                var directory = Files.createDirectory(hierarchy.parent().resolve(name));
                directories.add(directory);
                if (hierarchy.controllers().contains("memory")) {
                    limitMemory(directory, limits.memory().bytes());
                }
                if (hierarchy.controllers().contains("pids")) {
                    CgroupFile.write(directory.resolve("pids.max"), Integer.toString(limits.processes()));
                }
                // The directory alone: whoever has it makes others in it, and can't change what limits it.
                NurseryCgroup.handOver(directory, limits.owner());
                handedOver.add(new NurseryCgroup.HandedOver("v1", hierarchy.controllers(), directory));
            }
        } catch (IOException e) {
            SandboxCgroup.shared(directories, List.of()).remove(Duration.ofMillis(100));
            throw e;
        }
        var joins =
                directories.stream().map(directory -> directory.resolve(JOIN)).toList();
        return new NurseryCgroup(SandboxCgroup.shared(directories, joins), handedOver, Optional.empty());
    }

    @Override
    public List<Path> parents() {
        return hierarchies.stream().map(Hierarchy::parent).toList();
    }

    @Override
    public String summary() {
        var controllers = hierarchies.stream()
                .flatMap(hierarchy -> hierarchy.controllers().stream())
                .sorted()
                .toList();
        return "cgroup v1 with " + String.join(", ", controllers);
    }

    private boolean has(String controller) {
        return hierarchies.stream()
                .anyMatch(hierarchy -> hierarchy.controllers().contains(controller));
    }

    private static void limit(Set<String> controllers, Path run, SandboxLimits limits) throws IOException {
        if (controllers.contains("memory")) {
            limitMemory(run, limits.memory().bytes());
        }
        if (controllers.contains("pids")) {
            CgroupFile.write(run.resolve("pids.max"), Integer.toString(limits.processes()));
        }
        if (controllers.contains("cpu")) {
            limitCpu(run, limits.cpuMillis());
        }
    }

    private static void limitMemory(Path directory, long bytes) throws IOException {
        // Kernels before 5.11: without it a parent does not count its children.
        var hierarchical = directory.resolve("memory.use_hierarchy");
        if (Files.exists(hierarchical) && CgroupFile.read(hierarchical).equals("0")) {
            CgroupFile.write(hierarchical, "1");
        }
        CgroupFile.write(directory.resolve("memory.limit_in_bytes"), Long.toString(bytes));
        // Buffers of TCP sockets are counted apart, and only where a limit is set.
        CgroupFile.writeIfPresent(directory.resolve("memory.kmem.tcp.limit_in_bytes"), Long.toString(bytes));
        // Memory and swap together: so there is no swap. Only where the kernel accounts swap.
        CgroupFile.writeIfPresent(directory.resolve("memory.memsw.limit_in_bytes"), Long.toString(bytes));
    }

    private static void limitCpu(Path directory, int cpuMillis) throws IOException {
        var quota = Math.max(MIN_QUOTA_MICROS, cpuMillis * PERIOD_MICROS / 1000);
        CgroupFile.write(directory.resolve("cpu.cfs_period_us"), Long.toString(PERIOD_MICROS));
        try {
            CgroupFile.write(directory.resolve("cpu.cfs_quota_us"), Long.toString(quota));
        } catch (IOException e) {
            // EINVAL: the daemon's own cgroup has less than that, which then is the limit.
            if (!String.valueOf(e.getMessage()).contains("Invalid argument")) {
                throw e;
            }
        }
    }

    private static List<SandboxCgroup.Counter> counters(Set<String> controllers, Path run) {
        var counters = new ArrayList<SandboxCgroup.Counter>();
        if (controllers.contains("memory")) {
            counters.add(new SandboxCgroup.Counter("memory-events", run.resolve("memory.oom_control"), false));
            counters.add(new SandboxCgroup.Counter("memory-peak", run.resolve("memory.max_usage_in_bytes"), true));
        }
        if (controllers.contains("cpuacct")) {
            counters.add(new SandboxCgroup.Counter("cpu-usage", run.resolve("cpuacct.usage"), false));
            counters.add(new SandboxCgroup.Counter("cpu-split", run.resolve("cpuacct.stat"), false));
        }
        if (controllers.contains("pids")) {
            counters.add(new SandboxCgroup.Counter("pids-events", run.resolve("pids.events"), false));
            present("pids-peak", run.resolve("pids.peak")).ifPresent(counters::add);
        }
        return counters;
    }

    private static Optional<SandboxCgroup.Counter> present(String name, Path file) {
        return Files.exists(file) ? Optional.of(new SandboxCgroup.Counter(name, file, false)) : Optional.empty();
    }
}
