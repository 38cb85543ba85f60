package dev.runnel.executors.process;

import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.SandboxLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Where this daemon makes the cgroups of its sandboxes, found by making one ([CgroupProbe]).
sealed interface Cgroups permits CgroupsV1, CgroupsV2, Cgroups.None {
    /// Memory a sandbox may use over its limit: bubblewrap, the runner, and the pages of the runner's own files.
    long RUNNER_MEMORY_BYTES = 32L << 20;

    /// What enforces MEMORY, PROCESSES and CPU.
    Mechanism mechanism(LimitKind kind);

    /// Makes the cgroups of a sandbox, or none of them.
    SandboxCgroup create(String name, SandboxLimits limits) throws IOException;

    /// Makes the cgroups of a nursery, or none of them, and hands them over.
    NurseryCgroup createForNursery(String name, NurseryCgroup.Limits limits) throws IOException;

    /// What all its sandboxes' cgroups are in; to be removed when the daemon ends.
    List<Path> parents();

    /// In words, for an operator.
    String summary();

    /// None: rlimits and a watchdog instead.
    ///
    /// @param summary why
    /// @param kernel whether RLIMIT_NPROC counts per sandbox depends on it
    record None(String summary, KernelVersion kernel) implements Cgroups {
        None(String summary) {
            this(summary, KernelVersion.running());
        }

        @Override
        public Mechanism mechanism(LimitKind kind) {
            return switch (kind) {
                case MEMORY -> Mechanism.WATCHDOG;
                case PROCESSES ->
                    kernel.isBefore(KernelVersion.LIMITS_PER_NAMESPACE) ? Mechanism.NONE : Mechanism.RLIMIT;
                case CPU, WALL_TIME, CPU_TIME, OUTPUT, DISK, FILE_SIZE -> Mechanism.NONE;
            };
        }

        @Override
        public SandboxCgroup create(String name, SandboxLimits limits) {
            return SandboxCgroup.NONE;
        }

        @Override
        public NurseryCgroup createForNursery(String name, NurseryCgroup.Limits limits) {
            return NurseryCgroup.NONE;
        }

        @Override
        public List<Path> parents() {
            return List.of();
        }
    }
}
