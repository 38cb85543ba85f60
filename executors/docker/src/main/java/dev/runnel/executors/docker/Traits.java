package dev.runnel.executors.docker;

import dev.runnel.executors.runner.ProgramDefaults;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxLimits;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// What every container of an engine is, by what the engine says of itself.
///
/// @param executor its name
/// @param isolation KERNEL where the runtime is gVisor's
/// @param cgroups which version of cgroups limits containers; NONE where it is not known to limit them: gVisor is run
///     without cgroups where its version knows too little of them
/// @param platform of the images that it can run
record Traits(
        String executor, Isolation isolation, Mechanism cgroups, SandboxDescription.Kind kind, Platform platform) {
    private static final String GVISOR = "runsc";
    private static final int OPEN_FILES = 1024;

    static Traits of(String executor, Engine.Facts facts, Optional<String> runtime) {
        var used = runtime.orElse(facts.defaultRuntime());
        if (used.startsWith(GVISOR)) {
            return new Traits(
                    executor, Isolation.KERNEL, Mechanism.NONE, SandboxDescription.Kind.PLAIN, facts.platform());
        }
        return new Traits(
                executor,
                Isolation.CONTAINER,
                facts.cgroupsV2() ? Mechanism.CGROUP_V2 : Mechanism.CGROUP_V1,
                SandboxDescription.Kind.PLAIN,
                facts.platform());
    }

    /// Of an engine that could not be asked.
    static Traits unknown(String executor) {
        return new Traits(
                executor, Isolation.CONTAINER, Mechanism.NONE, SandboxDescription.Kind.PLAIN, Platform.of("", ""));
    }

    /// Of the cells in such a container: an engine gives a container no cgroups to make others in.
    Traits ofCells() {
        return new Traits(executor, isolation, Mechanism.NONE, SandboxDescription.Kind.CELL, platform);
    }

    /// Whether a socket of this host that is mounted into a container works there: not through gVisor's kernel.
    boolean mountsSockets() {
        return isolation != Isolation.KERNEL;
    }

    private boolean hasCgroups() {
        return cgroups != Mechanism.NONE;
    }

    /// What is added to every program of a container.
    ProgramDefaults defaults(ContainerImage image, SandboxLimits limits) {
        var environment = environment(image);
        return hasCgroups()
                ? new ProgramDefaults(environment, OPEN_FILES, 0, DataSize.ofBytes(0))
                // One more for the runner, or the init of a cell, which has the same uid.
                : new ProgramDefaults(environment, OPEN_FILES, limits.processes() + 1, limits.memory());
    }

    /// What every program finds in its environment besides its own and its language's.
    static Map<String, String> environment(ContainerImage image) {
        return Map.of("PATH", image.path(), "HOME", ContainerSpec.WORKSPACE, "LANG", "C.UTF-8", "TMPDIR", "/tmp");
    }

    SandboxDescription describe(Optional<String> imageDigest) {
        var enforcement = new EnumMap<LimitKind, Mechanism>(LimitKind.class);
        for (var limit : LimitKind.values()) {
            enforcement.put(limit, mechanism(limit));
        }
        return new SandboxDescription(executor, isolation, kind, imageDigest, enforcement);
    }

    private Mechanism mechanism(LimitKind limit) {
        return switch (limit) {
            case MEMORY -> hasCgroups() ? cgroups : Mechanism.WATCHDOG;
            case PROCESSES -> hasCgroups() ? cgroups : Mechanism.RLIMIT;
            case CPU -> cgroups;
            case WALL_TIME, CPU_TIME, OUTPUT -> Mechanism.WATCHDOG;
            case DISK -> Mechanism.FILESYSTEM;
            case FILE_SIZE -> Mechanism.RLIMIT;
        };
    }
}
