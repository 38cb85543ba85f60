package dev.runnel.executors.docker;

import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.SandboxDescription;
import java.util.EnumMap;
import java.util.Optional;

/// What every container of an engine is, by what the engine says of itself.
///
/// @param isolation KERNEL where the runtime is gVisor's
/// @param cgroups which version of cgroups limits containers
record Traits(Isolation isolation, Mechanism cgroups) {
    private static final String GVISOR = "runsc";

    static Traits of(Engine.Facts facts, Optional<String> runtime) {
        var used = runtime.orElse(facts.defaultRuntime());
        return new Traits(
                used.startsWith(GVISOR) ? Isolation.KERNEL : Isolation.CONTAINER,
                facts.cgroupsV2() ? Mechanism.CGROUP_V2 : Mechanism.CGROUP_V1);
    }

    /// Whether a socket of this host that is mounted into a container works there: not through gVisor's kernel.
    boolean mountsSockets() {
        return isolation != Isolation.KERNEL;
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
            case MEMORY, PROCESSES, CPU -> cgroups;
            case WALL_TIME, CPU_TIME, OUTPUT -> Mechanism.WATCHDOG;
            case DISK -> Mechanism.FILESYSTEM;
            case FILE_SIZE -> Mechanism.RLIMIT;
        };
    }
}
