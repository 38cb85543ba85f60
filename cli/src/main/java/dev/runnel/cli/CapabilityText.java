package dev.runnel.cli;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.v1.ExecutorCapability;
import dev.runnel.v1.GetCapabilitiesResponse;
import dev.runnel.v1.LanguageCapability;
import dev.runnel.v1.LimitKind;
import dev.runnel.v1.LimitMechanism;
import dev.runnel.v1.Limits;
import dev.runnel.v1.Mechanism;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What a daemon can do, in words.
final class CapabilityText {
    private static final String DOCKER = "docker";

    private CapabilityText() {}

    /// Executors, languages, limits.
    static List<String> of(GetCapabilitiesResponse capabilities) {
        var lines = new ArrayList<String>();
        lines.add("runnel " + capabilities.getVersion() + ", instance " + capabilities.getInstanceId());
        lines.add("");
        capabilities.getExecutorsList().forEach(executor -> lines.addAll(executor(executor)));
        lines.addAll(languages(capabilities.getLanguagesList()));
        lines.add("");
        for (var profile : capabilities.getProfilesList()) {
            var isDefault = profile.getName().equals(capabilities.getDefaultProfile()) ? " (default)" : "";
            lines.add("limits " + profile.getName() + isDefault + ": " + limits(profile.getLimits()));
        }
        lines.add("ceilings: " + limits(capabilities.getCeilings()));
        return lines;
    }

    /// One executor: what wall it gives, how it enforces each limit, what to know about it.
    static List<String> executor(ExecutorCapability executor) {
        var lines = new ArrayList<String>();
        if (executor.getAvailable()) {
            lines.add("executor %s: isolation %s, %s sandboxes"
                    .formatted(
                            executor.getName(),
                            Words.of(executor.getIsolation()),
                            Words.of(executor.getSandboxKind())));
        } else {
            lines.add("executor %s: NOT AVAILABLE".formatted(executor.getName()));
            executor.getUnavailableReason().lines().forEach(line -> lines.add("  " + line));
        }
        for (var limit : executor.getLimitMechanismsList()) {
            lines.add("  %-9s %s".formatted(Words.of(limit.getKind()), mechanism(limit)));
        }
        names(lines, "images", executor.getImagesList());
        names(lines, "mounts", executor.getMountsList());
        names(lines, "devices", executor.getDevicesList());
        names(lines, "hosts", executor.getHostsList());
        if (executor.hasPool()) {
            var pool = executor.getPool();
            lines.add("  %-9s %d ready; %d of %d sandboxes were there when they were asked for"
                    .formatted("pool", pool.getReady(), pool.getHits(), pool.getHits() + pool.getMisses()));
        }
        executor.getNotesList().forEach(note -> lines.add("  note: " + note));
        lines.add("");
        return lines;
    }

    private static void names(List<String> lines, String kind, List<String> names) {
        if (!names.isEmpty()) {
            lines.add("  %-9s %s".formatted(kind, String.join(", ", names)));
        }
    }

    static List<String> languages(List<LanguageCapability> languages) {
        var rows = new ArrayList<List<String>>();
        for (var language : languages) {
            rows.add(List.of(
                    "language " + language.getName(),
                    language.getUnavailableReason().isEmpty()
                            ? language.getVersion()
                            : "NOT AVAILABLE: " + language.getUnavailableReason(),
                    language.getAliasesList().isEmpty() ? "" : "also " + String.join(", ", language.getAliasesList()),
                    language.getWarmExecutorsCount() > 0
                            ? "interpreter kept warm by " + String.join(", ", language.getWarmExecutorsList())
                            : ""));
        }
        return Columns.align(rows);
    }

    private static String mechanism(LimitMechanism limit) {
        return switch (limit.getMechanism()) {
            case MECHANISM_CGROUP_V2 -> "by the kernel, cgroup v2: all processes together";
            case MECHANISM_CGROUP_V1 -> "by the kernel, cgroup v1: all processes together";
            case MECHANISM_RLIMIT -> "by the kernel, rlimit: each process for itself";
            case MECHANISM_WATCHDOG -> "by measuring and killing: a short overshoot is possible";
            case MECHANISM_FILESYSTEM -> "by the size of the file system";
            case MECHANISM_NONE -> "NOT ENFORCED: a request that names it is refused";
            case MECHANISM_UNSPECIFIED, UNRECOGNIZED -> "in a way this version of runnel does not know";
        };
    }

    private static String limits(Limits limits) {
        var words = new ArrayList<String>();
        if (limits.hasWallTime()) {
            words.add("time " + Words.seconds(limits.getWallTime()));
        }
        if (limits.hasCpuTime()) {
            words.add("cpu time " + Words.seconds(limits.getCpuTime()));
        }
        if (limits.hasMemoryBytes()) {
            words.add("memory " + new DataSize(limits.getMemoryBytes()));
        }
        if (limits.hasProcesses()) {
            words.add("processes " + limits.getProcesses());
        }
        if (limits.hasCpuMillis()) {
            words.add("cpus " + limits.getCpuMillis() / 1000.0);
        }
        if (limits.hasOutputBytes()) {
            words.add("output " + new DataSize(limits.getOutputBytes()));
        }
        if (limits.hasDiskBytes()) {
            words.add("disk " + new DataSize(limits.getDiskBytes()));
        }
        if (limits.hasFileSizeBytes()) {
            words.add("file size " + new DataSize(limits.getFileSizeBytes()));
        }
        return words.stream().collect(Collectors.joining(", "));
    }

    /// What would make the walls of an executor stronger, or an executor usable, a line each; none where all is as
    /// strong as it can be.
    static List<String> remedies(GetCapabilitiesResponse capabilities) {
        var weak = capabilities.getExecutorsList().stream()
                .flatMap(executor -> executor.getLimitMechanismsList().stream())
                .filter(CapabilityText::wantsCgroup)
                .map(limit -> Words.of(limit.getKind()))
                .distinct()
                .toList();
        var remedies = new ArrayList<String>();
        if (!weak.isEmpty()) {
            remedies.add("fix: %s would be exact by cgroups: run the daemon as root, or under systemd with Delegate=yes"
                            .formatted(String.join(", ", weak))
                    + " (deploy/runneld.service)");
        }
        if (capabilities.getExecutorsList().stream()
                .anyMatch(executor -> executor.getName().equals(DOCKER) && !executor.getAvailable())) {
            remedies.add("fix: start the Docker Engine, or name another by executors.docker.engine or DOCKER_HOST; the"
                    + " daemon's user must be let into its socket, and the engine must have what"
                    + " executors.docker.runtime names");
        }
        return remedies;
    }

    /// What could isolate more strongly and is not enabled, a line each.
    static List<String> unused(GetCapabilitiesResponse capabilities) {
        return capabilities.getExecutorsList().stream()
                        .anyMatch(executor -> executor.getName().equals(DOCKER))
                ? List.of()
                : List.of("docker: not enabled, so there are no containers and no images: executors.docker.enabled in"
                        + " a configuration, then `runnel doctor --config FILE` (docs/operations/configuration.md)");
    }

    private static boolean wantsCgroup(LimitMechanism limit) {
        var byCgroup =
                Set.of(LimitKind.LIMIT_KIND_MEMORY, LimitKind.LIMIT_KIND_PROCESSES, LimitKind.LIMIT_KIND_CPU_RATE);
        return byCgroup.contains(limit.getKind())
                && limit.getMechanism() != Mechanism.MECHANISM_CGROUP_V1
                && limit.getMechanism() != Mechanism.MECHANISM_CGROUP_V2;
    }
}
