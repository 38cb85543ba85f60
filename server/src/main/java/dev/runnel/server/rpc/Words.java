package dev.runnel.server.rpc;

import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.v1.Buffering;
import dev.runnel.v1.Isolation;
import dev.runnel.v1.LimitKind;
import dev.runnel.v1.Mechanism;
import dev.runnel.v1.OnOutputLimit;
import dev.runnel.v1.SandboxKind;

/// The daemon's enums into the contract's.
public final class Words {
    private Words() {}

    /// An isolation.
    public static Isolation isolation(dev.runnel.executors.spi.Isolation isolation) {
        return switch (isolation) {
            case LANGUAGE -> Isolation.ISOLATION_LANGUAGE;
            case PROCESS -> Isolation.ISOLATION_PROCESS;
            case CONTAINER -> Isolation.ISOLATION_CONTAINER;
            case KERNEL -> Isolation.ISOLATION_KERNEL;
            case VM -> Isolation.ISOLATION_VM;
        };
    }

    /// A kind of sandbox.
    public static SandboxKind sandboxKind(SandboxDescription.Kind kind) {
        return switch (kind) {
            case PLAIN -> SandboxKind.SANDBOX_KIND_PLAIN;
            case CELL -> SandboxKind.SANDBOX_KIND_CELL;
        };
    }

    /// A limit.
    public static LimitKind limitKind(dev.runnel.executors.spi.LimitKind kind) {
        return switch (kind) {
            case WALL_TIME -> LimitKind.LIMIT_KIND_WALL_TIME;
            case CPU_TIME -> LimitKind.LIMIT_KIND_CPU_TIME;
            case MEMORY -> LimitKind.LIMIT_KIND_MEMORY;
            case PROCESSES -> LimitKind.LIMIT_KIND_PROCESSES;
            case CPU -> LimitKind.LIMIT_KIND_CPU_RATE;
            case OUTPUT -> LimitKind.LIMIT_KIND_OUTPUT;
            case DISK -> LimitKind.LIMIT_KIND_DISK;
            case FILE_SIZE -> LimitKind.LIMIT_KIND_FILE_SIZE;
        };
    }

    /// What enforces a limit.
    public static Mechanism mechanism(dev.runnel.executors.spi.Mechanism mechanism) {
        return switch (mechanism) {
            case CGROUP_V2 -> Mechanism.MECHANISM_CGROUP_V2;
            case CGROUP_V1 -> Mechanism.MECHANISM_CGROUP_V1;
            case RLIMIT -> Mechanism.MECHANISM_RLIMIT;
            case WATCHDOG -> Mechanism.MECHANISM_WATCHDOG;
            case FILESYSTEM -> Mechanism.MECHANISM_FILESYSTEM;
            case NONE -> Mechanism.MECHANISM_NONE;
        };
    }

    /// What happens at the output limit.
    public static OnOutputLimit onOutputLimit(OutputLimitAction action) {
        return switch (action) {
            case KILL -> OnOutputLimit.ON_OUTPUT_LIMIT_KILL;
            case DISCARD -> OnOutputLimit.ON_OUTPUT_LIMIT_DISCARD;
        };
    }

    /// How output is buffered.
    public static Buffering buffering(dev.runnel.server.execution.Buffering buffering) {
        return switch (buffering) {
            case LINE -> Buffering.BUFFERING_LINE;
            case NATIVE -> Buffering.BUFFERING_NATIVE;
        };
    }
}
