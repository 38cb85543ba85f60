package dev.runnel.executors.docker;

import dev.runnel.executors.runner.ProgramDefaults;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.SandboxDescription;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// What every container of an engine is, by what the engine says of itself.
///
/// @param isolation KERNEL where the runtime is gVisor's
/// @param cgroups which version of cgroups limits containers; NONE where it is not known to limit them: gVisor is run
///     without cgroups where its version knows too little of them
record Traits(Isolation isolation, Mechanism cgroups) {
    private static final String GVISOR = "runsc";
    private static final int OPEN_FILES = 1024;

    static Traits of(Engine.Facts facts, Optional<String> runtime) {
        var used = runtime.orElse(facts.defaultRuntime());
        if (used.startsWith(GVISOR)) {
            return new Traits(Isolation.KERNEL, Mechanism.NONE);
        }
        return new Traits(Isolation.CONTAINER, facts.cgroupsV2() ? Mechanism.CGROUP_V2 : Mechanism.CGROUP_V1);
    }

    /// Whether a socket of this host that is mounted into a container works there: not through gVisor's kernel.
    boolean mountsSockets() {
        return isolation != Isolation.KERNEL;
    }

    private boolean hasCgroups() {
        return cgroups != Mechanism.NONE;
    }

    /// What is added to every program of a container.
    ProgramDefaults defaults(Container.Kind kind) {
        var limits = kind.limits();
        var environment = Map.of(
                "PATH", kind.image().path(), "HOME", ContainerSpec.WORKSPACE, "LANG", "C.UTF-8", "TMPDIR", "/tmp");
        return hasCgroups()
                ? new ProgramDefaults(environment, OPEN_FILES, 0, DataSize.ofBytes(0))
                // One more for the runner, which has the same uid.
                : new ProgramDefaults(environment, OPEN_FILES, limits.processes() + 1, limits.memory());
    }

    SandboxDescription describe(Optional<String> imageDigest) {
        var enforcement = new EnumMap<LimitKind, Mechanism>(LimitKind.class);
        for (var limit : LimitKind.values()) {
            enforcement.put(limit, mechanism(limit));
        }
        return new SandboxDescription(
                DockerExecutor.NAME, isolation, SandboxDescription.Kind.PLAIN, imageDigest, enforcement);
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
