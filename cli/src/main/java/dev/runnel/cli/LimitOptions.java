package dev.runnel.cli;

import com.google.protobuf.Duration;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.server.yaml.Durations;
import dev.runnel.v1.Isolation;
import dev.runnel.v1.Limits;
import dev.runnel.v1.OnOutputLimit;
import dev.runnel.v1.SessionSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/// Options that say what a program may use and what must hold it. What is left out is the daemon's default.
final class LimitOptions {
    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "Time from the start to the end, such as 5s or 1m30s; exit code 124 when it is over.")
    private Optional<String> wallTime = Optional.empty();

    @Option(
            names = "--cpu-time",
            paramLabel = "TIME",
            description = "CPU time of all processes together; exit code 124 when it is used up.")
    private Optional<String> cpuTime = Optional.empty();

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "Memory of all processes together, such as 256MiB; exit code 137 when it is used up.")
    private Optional<String> memory = Optional.empty();

    @Option(names = "--processes", paramLabel = "N", description = "Processes and threads at one time.")
    private Optional<Integer> processes = Optional.empty();

    @Option(names = "--cpus", paramLabel = "N", description = "CPUs, such as 0.5 or 2.")
    private Optional<String> cpus = Optional.empty();

    @Option(names = "--disk", paramLabel = "SIZE", description = "What the workspace may hold.")
    private Optional<String> disk = Optional.empty();

    @Option(names = "--file-size", paramLabel = "SIZE", description = "What one file may grow to.")
    private Optional<String> fileSize = Optional.empty();

    @Option(
            names = "--output-limit",
            paramLabel = "SIZE",
            description = "What the program may write to standard output and standard error together; exit code 122 "
                    + "when it writes more.")
    private Optional<String> output = Optional.empty();

    @Option(
            names = "--discard-output",
            description = "At the output limit drop what comes instead of ending the program.")
    private boolean discardOutput;

    @Option(names = "--profile", paramLabel = "NAME", description = "The daemon's limits of this name.")
    private String profile = "";

    @Option(names = "--executor", paramLabel = "NAME", description = "Use this executor and no other.")
    private String executor = "";

    @Option(
            names = "--isolation",
            paramLabel = "MIN",
            description = "The weakest isolation that will do: language, process, container, kernel or vm.")
    private Optional<Wall> isolation = Optional.empty();

    @Option(
            names = "--image",
            paramLabel = "IMAGE",
            description = "Run in a container of this image, one of those that the operator allows.")
    private String image = "";

    @Option(
            names = "--mount",
            paramLabel = "NAME",
            description = "A mount that the operator has defined; may be repeated.")
    private List<String> mounts = new ArrayList<>();

    @Option(
            names = "--device",
            paramLabel = "NAME",
            description = "A device that the operator has defined; may be repeated.")
    private List<String> devices = new ArrayList<>();

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description = "A host that the operator has defined, to be resolved; may be repeated.")
    private List<String> hosts = new ArrayList<>();

    @Option(names = "--require-cell", description = "Run in a cell, or not at all.")
    private boolean requireCell;

    /// The contract's isolation levels, as options spell them.
    enum Wall {
        language(Isolation.ISOLATION_LANGUAGE),
        process(Isolation.ISOLATION_PROCESS),
        container(Isolation.ISOLATION_CONTAINER),
        kernel(Isolation.ISOLATION_KERNEL),
        vm(Isolation.ISOLATION_VM);

        private final Isolation isolation;

        Wall(Isolation isolation) {
            this.isolation = isolation;
        }
    }

    String executor() {
        return executor;
    }

    Isolation isolation() {
        return isolation.map(wall -> wall.isolation).orElse(Isolation.ISOLATION_UNSPECIFIED);
    }

    /// Empty: the daemon chooses.
    String image() {
        return image;
    }

    List<String> mounts() {
        return List.copyOf(mounts);
    }

    List<String> devices() {
        return List.copyOf(devices);
    }

    List<String> hosts() {
        return List.copyOf(hosts);
    }

    /// Whether nothing but a cell will do.
    boolean requireCell() {
        return requireCell;
    }

    /// A session whose sandbox and executions have these.
    ///
    /// @throws UsageException naming the option that can't be read
    SessionSpec.Builder session() {
        return SessionSpec.newBuilder()
                .setLimits(limits())
                .setMinimumIsolation(isolation())
                .setExecutor(executor())
                .setRequireCell(requireCell())
                .setImage(image())
                .addAllMounts(mounts())
                .addAllDevices(devices())
                .addAllHosts(hosts());
    }

    /// The limits that were named.
    ///
    /// @throws UsageException naming the option that can't be read
    Limits limits() {
        var limits = Limits.newBuilder().setProfile(profile);
        wallTime.ifPresent(text -> limits.setWallTime(duration("--timeout", text)));
        cpuTime.ifPresent(text -> limits.setCpuTime(duration("--cpu-time", text)));
        memory.ifPresent(text -> limits.setMemoryBytes(size("--memory", text)));
        processes.ifPresent(limits::setProcesses);
        cpus.ifPresent(text -> limits.setCpuMillis(thousandths(text)));
        disk.ifPresent(text -> limits.setDiskBytes(size("--disk", text)));
        fileSize.ifPresent(text -> limits.setFileSizeBytes(size("--file-size", text)));
        output.ifPresent(text -> limits.setOutputBytes(size("--output-limit", text)));
        if (discardOutput) {
            limits.setOnOutputLimit(OnOutputLimit.ON_OUTPUT_LIMIT_DISCARD);
        }
        return limits.build();
    }

    private static long size(String option, String text) {
        try {
            return DataSize.parse(text).bytes();
        } catch (IllegalArgumentException e) {
            throw new UsageException(option + ": " + e.getMessage());
        }
    }

    private static Duration duration(String option, String text) {
        try {
            var duration = Durations.parse(text);
            return Duration.newBuilder()
                    .setSeconds(duration.getSeconds())
                    .setNanos(duration.getNano())
                    .build();
        } catch (IllegalArgumentException e) {
            throw new UsageException(option + ": " + e.getMessage());
        }
    }

    private static int thousandths(String text) {
        try {
            return new java.math.BigDecimal(text).movePointRight(3).intValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new UsageException("--cpus: not a number of CPUs in thousandths at most: '" + text + "'");
        }
    }
}
