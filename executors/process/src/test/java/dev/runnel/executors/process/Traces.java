package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// What sandboxes of one runtime directory have on this machine at an instant. Processes, cgroups and folders are
/// named after it or their executor, mounts are counted.
///
/// @param processes with the runtime directory or a sandbox's runner on their command line
/// @param cgroups made by executors of that directory
/// @param folders of sandboxes
record Traces(List<Path> processes, List<Path> cgroups, List<Path> folders, long mounts) {
    private static final Pattern ENGINES = Pattern.compile("/overlay2/|/containers/|/netns/| nsfs ");

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// @param executors the names of the executors' folders, which their cgroups bear
    static Traces of(Path runtime, List<String> executors) throws IOException {
        var processes = new ArrayList<>(CommandLines.with(runtime.toString()));
        var folders = new ArrayList<Path>();
        for (var executor : executors) {
            if (Files.isDirectory(runtime.resolve(executor))) {
                try (var files = Files.list(runtime.resolve(executor))) {
                    files.filter(file -> Files.isDirectory(file) && !file.endsWith("etc"))
                            .forEach(folders::add);
                }
            }
        }
        for (var folder : folders) {
            processes.addAll(CommandLines.with(folder.getFileName().toString()));
        }
        return new Traces(processes, cgroups(executors), folders, mountCount());
    }

    /// The executors that have a folder in `runtime` now.
    static List<String> executors(Path runtime) throws IOException {
        try (var files = Files.list(runtime)) {
            return files.filter(Files::isDirectory)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }
    }

    /// Looks until `wanted` holds, within a bound: the end of processes that nobody here waits for is seen only so.
    static Traces await(Path runtime, List<String> executors, Predicate<Traces> wanted) throws IOException {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        var traces = of(runtime, executors);
        while (!wanted.test(traces) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            traces = of(runtime, executors);
        }
        assertThat(traces).matches(wanted, "within " + PATIENCE);
        return traces;
    }

    Traces withoutCgroups() {
        return new Traces(processes, List.of(), folders, mounts);
    }

    boolean hasNoProcess() {
        return processes.isEmpty();
    }

    /// @param before as it was
    void assertNothingLeft(Traces before) {
        assertThat(processes).as("processes").isEmpty();
        assertThat(cgroups).as("cgroups").isEqualTo(before.cgroups);
        assertThat(folders).as("folders").isEmpty();
        assertThat(mounts).as("mounts").isEqualTo(before.mounts);
    }

    private static List<Path> cgroups(List<String> executors) throws IOException {
        var found = new ArrayList<Path>();
        var mounts = CgroupMounts.read(Path.of("/proc/self"));
        var places = new ArrayList<>(mounts.v1());
        mounts.v2().ifPresent(places::add);
        for (var place : places) {
            for (var executor : executors) {
                var parent = place.own().resolve("runnel-" + executor);
                if (Files.isDirectory(parent)) {
                    try (var tree = Files.walk(parent)) {
                        tree.filter(Files::isDirectory).sorted().forEach(found::add);
                    }
                }
            }
        }
        return found;
    }

    /// Without those that a container engine makes and removes at the same time.
    private static long mountCount() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
            return lines.filter(line -> !ENGINES.matcher(line).find()).count();
        }
    }
}
