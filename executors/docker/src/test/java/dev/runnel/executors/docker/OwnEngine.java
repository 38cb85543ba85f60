package dev.runnel.executors.docker;

import dev.runnel.executors.runner.InstanceDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Scanner;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An engine of a test's own, which it may stop, kill and start again. Needs root and Docker's programs;
/// without them tests fail in CI and are skipped aloud elsewhere.
///
/// All its mounts are in a namespace that ends with it, also that of its data: a tmpfs, so that a full disk
/// is a small one. Its image has a shell and little else, taken from this machine. The cgroups of its
/// containers have a parent by which they are found, whoever made them.
final class OwnEngine implements AutoCloseable {
    static final String IMAGE = "shell:1";

    private static final Duration UP_WITHIN = Duration.ofSeconds(30);
    private static final List<String> NEEDED = List.of("dockerd", "containerd", "runc", "unshare", "nsenter");
    /// What every engine uses, whatever it is told.
    private static final List<String> SHARED =
            List.of("/etc/docker", "/opt/containerd", "/run/containerd", "/run/docker");
    private static final List<String> PROGRAMS = List.of("bash", "sleep", "cat", "head", "tail");

    private final Path folder;
    private final String cgroup;
    private final boolean liveRestore;
    private final Process namespace;
    private final Path log;
    private @Nullable Process daemon;

    private OwnEngine(Path folder, boolean liveRestore, Process namespace) {
        this.folder = folder;
        this.cgroup = "runnel-test-" + folder.getFileName();
        this.liveRestore = liveRestore;
        this.namespace = namespace;
        this.log = folder.resolve("log");
    }

    /// Not started yet.
    ///
    /// @param liveRestore whether its containers are to outlive it
    /// @param dataBytes how large its disk is
    static OwnEngine create(boolean liveRestore, long dataBytes) throws IOException, InterruptedException {
        if (!"root".equals(System.getProperty("user.name")) || !NEEDED.stream().allMatch(OwnEngine::isInstalled)) {
            TestEngine.missing("an engine to be killed needs root, and what `dev/engine up` installs");
        }
        // Sockets below it have 60 characters more, of 107.
        var folder = Files.createTempDirectory(Path.of("/tmp"), "re");
        for (var shared : SHARED) {
            Files.createDirectories(Path.of(shared));
        }
        var data = Files.createDirectory(folder.resolve("data"));
        var setUp = SHARED.stream()
                        .map(shared -> "mount -t tmpfs -o mode=711 engine " + shared + " && ")
                        .collect(Collectors.joining())
                + "mount -t tmpfs -o size=" + dataBytes + " engine " + data + " && echo made && exec cat";
        var namespace = new ProcessBuilder("unshare", "--mount", "--propagation", "slave", "sh", "-c", setUp)
                .redirectError(folder.resolve("log").toFile())
                .start();
        if (!"made".equals(namespace.inputReader().readLine())) {
            throw new IOException("no mounts for an engine: " + Files.readString(folder.resolve("log")));
        }
        return new OwnEngine(folder, liveRestore, namespace);
    }

    /// Started, with its image.
    static OwnEngine start(boolean liveRestore, long dataBytes) throws IOException, InterruptedException {
        var engine = create(liveRestore, dataBytes);
        try {
            engine.start();
            engine.makeImage(IMAGE);
            return engine;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            engine.close();
            throw e;
        }
    }

    URI address() {
        return URI.create("unix://" + folder.resolve("s"));
    }

    /// Where files of its disk are seen by this process.
    Path data() {
        return Path.of("/proc/" + namespace.pid() + "/root" + folder.resolve("data"));
    }

    /// Starts the daemon, and waits until it answers.
    void start() throws IOException, InterruptedException {
        launch();
        awaitAnswer();
    }

    /// Starts the daemon, which takes its time.
    void launch() throws IOException {
        // Those of a killed one. Its containerd died with it, but where nobody reaps it a new one would
        // take it for alive.
        Files.deleteIfExists(folder.resolve("pid"));
        Files.deleteIfExists(folder.resolve("x/containerd/containerd.pid"));
        Files.writeString(folder.resolve("daemon.json"), """
                {
                    "hosts": ["%1$s"], "group": "root", "debug": true, "live-restore": %2$s,
                    "data-root": "%3$s/data", "exec-root": "%3$s/x", "pidfile": "%3$s/pid",
                    "deprecated-key-path": "%3$s/key.json", "cgroup-parent": "/%4$s",
                    "bridge": "none", "iptables": false, "ip6tables": false, "ip-forward": false,
                    "exec-opts": ["native.cgroupdriver=cgroupfs"]
                }
                """.formatted(address(), liveRestore, folder, cgroup));
        // Both programs become the next one: the process is the daemon.
        daemon = new ProcessBuilder(
                        "nsenter",
                        "--mount=/proc/" + namespace.pid() + "/ns/mnt",
                        "dockerd",
                        "--config-file",
                        folder.resolve("daemon.json").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /// Waits until the daemon answers.
    void awaitAnswer() throws IOException, InterruptedException {
        var until = System.nanoTime() + UP_WITHIN.toNanos();
        try (var engine = new Engine(address())) {
            while (!engine.beats()) {
                if (System.nanoTime() > until || !running().isAlive()) {
                    throw new IOException("the engine did not start: " + tail());
                }
                running().waitFor(50, TimeUnit.MILLISECONDS);
            }
        }
    }

    private Process running() {
        if (daemon == null) {
            throw new IllegalStateException("the engine was never started");
        }
        return daemon;
    }

    /// As `kill -9` of the daemon does; its containers are not its children.
    void kill() {
        running().destroyForcibly().onExit().join();
    }

    /// The daemon does nothing from here on, but is there.
    void hang() throws IOException, InterruptedException {
        signal("STOP");
    }

    void goOn() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        Commands.run("kill", "-" + name, Long.toString(running().pid()));
    }

    /// Makes an image of its own, which nothing else uses.
    void makeImage(String name) throws IOException, InterruptedException {
        var files = new LinkedHashSet<String>();
        for (var program : PROGRAMS) {
            var file = find(program);
            files.add(file.toString());
            new Scanner(Commands.run("ldd", file.toString()))
                    .tokens()
                    .filter(word -> word.startsWith("/"))
                    .forEach(files::add);
        }
        var archive = folder.resolve("image.tar");
        // No two images of the same name are one.
        var mark = Files.writeString(folder.resolve("mark"), name);
        var pack = new ArrayList<>(
                List.of("tar", "--create", "--dereference", "--file", archive.toString(), mark.toString()));
        pack.addAll(files);
        Commands.run(pack.toArray(String[]::new));
        docker("import", "--change", "ENV PATH=/usr/bin:/bin", archive.toString(), name);
        Files.delete(archive);
    }

    /// What the engine's own client says.
    String docker(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("docker", "--host", address().toString()));
        command.addAll(List.of(arguments));
        return Commands.run(command.toArray(String[]::new));
    }

    /// Ids of all its containers, ended ones too.
    List<String> containers() throws IOException, InterruptedException {
        return docker("ps", "--all", "--quiet", "--no-trunc").lines().toList();
    }

    /// Removes all that there are now.
    void removeContainers() throws IOException, InterruptedException {
        for (var container : containers()) {
            try {
                docker("rm", "--force", container);
            } catch (IOException e) {
                // Somebody who misses it may be about to do the same.
                if (containers().contains(container)) {
                    throw e;
                }
            }
        }
    }

    /// How often it was told to make a container.
    long creations() throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.contains("Calling POST") && line.contains("/containers/create"))
                    .count();
        }
    }

    /// Processes in containers, whoever knows of them.
    List<Long> processesInContainers() throws IOException {
        var found = new TreeSet<Long>();
        for (var file : cgroups("cgroup.procs")) {
            try {
                Files.readAllLines(file).forEach(pid -> found.add(Long.valueOf(pid)));
            } catch (NoSuchFileException _) {
                // Its container has ended.
            }
        }
        return List.copyOf(found);
    }

    private String tail() throws IOException {
        var lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    }

    private static boolean isInstalled(String program) {
        return Files.isExecutable(find(program));
    }

    private static Path find(String program) {
        for (var directory : List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/bin")) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return Path.of(directory, program);
            }
        }
        return Path.of(program);
    }

    /// Ends all of it, in whatever state it is.
    @Override
    public void close() throws IOException {
        if (daemon != null) {
            kill();
        }
        for (var left = processes(); !left.isEmpty(); left = processes()) {
            for (var process : left) {
                process.destroyForcibly();
                process.onExit().join();
            }
        }
        namespace.destroyForcibly().onExit().join();
        for (var file : cgroups("")) {
            Files.deleteIfExists(file);
        }
        InstanceDirectory.removeTree(folder);
    }

    /// Containers, and what looks after each: that carries the folder in its arguments.
    private List<ProcessHandle> processes() throws IOException {
        var found = new ArrayList<ProcessHandle>();
        processesInContainers().forEach(pid -> ProcessHandle.of(pid).ifPresent(found::add));
        ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").contains("/containerd"))
                .filter(process -> process.info().commandLine().orElse("").contains(folder + "/x/"))
                .forEach(found::add);
        return found;
    }

    /// Files of that name in cgroups of containers, the deepest first; their folders for an empty name.
    private List<Path> cgroups(String name) throws IOException {
        var found = new ArrayList<Path>();
        try (var hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            var parents = Stream.concat(hierarchies, Stream.of(Path.of("/sys/fs/cgroup")))
                    .map(hierarchy -> hierarchy.resolve(cgroup))
                    .filter(Files::isDirectory)
                    .toList();
            for (var parent : parents) {
                try (var tree = Files.walk(parent)) {
                    tree.filter(path -> name.isEmpty() ? Files.isDirectory(path) : path.endsWith(name))
                            .sorted(Comparator.reverseOrder())
                            .forEach(found::add);
                } catch (UncheckedIOException _) {
                    // A container has ended meanwhile; it will be asked again.
                }
            }
        }
        return found;
    }
}
