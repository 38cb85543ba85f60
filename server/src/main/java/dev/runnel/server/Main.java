package dev.runnel.server;

import dev.runnel.executors.docker.DefinedExtras;
import dev.runnel.executors.docker.DockerExecutor;
import dev.runnel.executors.docker.DockerExecutorConfig;
import dev.runnel.executors.process.ProcessExecutor;
import dev.runnel.executors.process.ProcessExecutorConfig;
import dev.runnel.executors.runner.CellConfig;
import dev.runnel.executors.runner.CellConfig.CellMode;
import dev.runnel.executors.runner.WarmPool;
import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.server.config.Configuration;
import dev.runnel.server.config.DockerDeviceSettings;
import dev.runnel.server.config.DockerExecutorSettings;
import dev.runnel.server.config.DockerImageSettings;
import dev.runnel.server.config.DockerPoolSettings;
import dev.runnel.server.config.EngineAddress;
import dev.runnel.server.config.LimitSettings;
import dev.runnel.server.config.NurserySettings;
import dev.runnel.server.config.UidRange;
import dev.runnel.server.routing.Languages;
import dev.runnel.server.yaml.YamlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/// `runneld`: the daemon with the back ends this distribution has. The only class that knows them.
public final class Main {
    private Main() {}

    /// Starts the daemon and runs until SIGTERM or SIGINT.
    ///
    /// @param arguments nothing, or `--config FILE`
    public static void main(String[] arguments) throws InterruptedException {
        try {
            var daemon = start(configuration(arguments));
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(daemon::close));
            daemon.awaitStop();
        } catch (IOException | YamlException | IllegalArgumentException e) {
            System.err.println("runneld: " + e.getMessage());
            System.exit(1);
        }
    }

    /// A daemon that listens where its configuration says.
    public static Daemon start(Configuration configuration) throws IOException, YamlException {
        return Daemon.start(configuration, new Daemon.Surroundings(languages(), false), Main::executors);
    }

    /// A daemon inside this process, on a socket that only this user can find, [Daemon#socket()].
    public static Daemon startEmbedded(Configuration configuration) throws IOException, YamlException {
        return Daemon.start(configuration, new Daemon.Surroundings(languages(), true), Main::executors);
    }

    private static List<Executor> executors(Configuration configuration, Languages languages, Path runtimeDirectory)
            throws IOException, YamlException {
        var executors = new ArrayList<Executor>();
        // First, because it alone can fail: nothing is left of the others then.
        if (configuration.executors().docker().enabled()) {
            addDocker(
                    executors, configuration.executors().docker(), configuration.limits(), languages, runtimeDirectory);
        }
        if (configuration.executors().process().enabled()) {
            executors.add(process(configuration, languages, runtimeDirectory));
        }
        return executors;
    }

    private static Executor process(Configuration configuration, Languages languages, Path runtimeDirectory) {
        var settings = configuration.executors().process();
        return new ProcessExecutor(new ProcessExecutorConfig(
                settings.bubblewrap().orElseGet(Main::bubblewrapOnPath),
                libexec(),
                runtimeDirectory.resolve("process"),
                uids(settings.uids()),
                List.copyOf(languages.all()),
                settings.maxSandboxes(),
                switch (settings.cgroups()) {
                    case AUTO -> ProcessExecutorConfig.CgroupMode.AUTO;
                    case OFF -> ProcessExecutorConfig.CgroupMode.OFF;
                },
                cells(
                        switch (settings.cells()) {
                            case AUTO -> CellMode.AUTO;
                            case OFF -> CellMode.OFF;
                            case REQUIRED -> CellMode.REQUIRED;
                        },
                        settings.maxSandboxes(),
                        settings.nurseries(),
                        configuration.limits())));
    }

    /// A tenant alone may have all sandboxes there are, so a nursery has as many cells.
    private static CellConfig cells(CellMode mode, int maxSandboxes, NurserySettings nurseries, LimitSettings limits) {
        return new CellConfig(
                mode,
                maxSandboxes,
                nurseries.forkedAhead(),
                nurseries.waitingAhead(),
                nurseries.coldAhead(),
                usual(limits),
                nurseries.maxAge(),
                nurseries.maxCells(),
                nurseries.idleTimeout());
    }

    private static SandboxLimits usual(LimitSettings limits) {
        var profile = Objects.requireNonNull(limits.profiles().get(limits.defaultProfile()));
        return new SandboxLimits(profile.memory(), profile.processes(), profile.cpuMillis(), profile.disk());
    }

    /// One for each runtime. Where one can't be made, nothing is left of those before.
    private static void addDocker(
            List<Executor> executors,
            DockerExecutorSettings settings,
            LimitSettings limits,
            Languages languages,
            Path runtimeDirectory)
            throws IOException, YamlException {
        checkInjected(languages);
        var made = false;
        try {
            executors.add(new DockerExecutor(
                    docker(settings, limits, languages, runtimeDirectory.resolve(DockerExecutorConfig.DEFAULT_NAME))));
            for (var runtime : new TreeMap<>(settings.runtimes()).entrySet()) {
                var own = runtimeDirectory.resolve(DockerExecutorConfig.DEFAULT_NAME + "-" + runtime.getKey());
                executors.add(new DockerExecutor(docker(settings, limits, languages, own)
                        .with(
                                runtime.getKey(),
                                runtime.getValue().runtime(),
                                runtime.getValue().maxSandboxes(),
                                pool(runtime.getValue().pool()))));
            }
            made = true;
        } finally {
            if (!made) {
                executors.forEach(Executor::close);
            }
        }
    }

    private static DockerExecutorConfig docker(
            DockerExecutorSettings settings, LimitSettings limits, Languages languages, Path runtimeDirectory)
            throws YamlException {
        return new DockerExecutorConfig(
                DockerExecutorConfig.DEFAULT_NAME,
                engine(settings).uri(),
                libexec().resolve("runnel-runner"),
                runtimeDirectory,
                settings.runtime(),
                images(settings.images(), languages),
                extras(settings),
                List.copyOf(languages.all()),
                settings.maxSandboxes(),
                pool(settings.pool()),
                cells(
                        switch (settings.reuse()) {
                            case EXECUTION -> CellMode.OFF;
                            case TENANT -> CellMode.AUTO;
                        },
                        settings.maxSandboxes(),
                        settings.nurseries(),
                        limits),
                uids(settings.uids()),
                settings.apparmorProfile());
    }

    private static dev.runnel.executors.runner.UidRange uids(UidRange range) {
        return new dev.runnel.executors.runner.UidRange(range.first(), range.size());
    }

    private static WarmPool.Settings pool(DockerPoolSettings settings) {
        return new WarmPool.Settings(settings.ahead(), settings.kinds(), settings.makingAtOnce(), settings.maxAge());
    }

    private static DefinedExtras extras(DockerExecutorSettings settings) {
        var mounts = new HashMap<String, DefinedExtras.Mount>();
        settings.mounts()
                .forEach((name, mount) ->
                        mounts.put(name, new DefinedExtras.Mount(mount.source(), mount.target(), mount.readOnly())));
        var devices = new HashMap<String, DefinedExtras.Device>();
        settings.devices().forEach((name, device) -> devices.put(name, device(device)));
        return new DefinedExtras(mounts, devices, settings.hosts());
    }

    private static DefinedExtras.Device device(DockerDeviceSettings settings) {
        if (settings.path().isEmpty()) {
            var gpus = settings.gpus().orElseThrow();
            return gpus.equals("all")
                    ? DefinedExtras.Device.Gpus.ALL
                    : new DefinedExtras.Device.Gpus(Integer.parseInt(gpus));
        }
        var path = settings.path().get();
        return new DefinedExtras.Device.Node(path, settings.target().orElse(path), settings.permissions());
    }

    /// Of all that containers get to see of the distribution.
    private static void checkInjected(Languages languages) throws IOException {
        var digests = Digests.of(home());
        digests.check(libexec());
        for (var language : languages.all()) {
            if (language.prelude().isPresent()) {
                digests.check(language.prelude().get());
            }
            if (language.warm().isPresent()) {
                digests.check(language.warm().get().prelude());
            }
        }
    }

    private static DockerExecutorConfig.Images images(DockerImageSettings settings, Languages languages)
            throws YamlException {
        for (var language : settings.byLanguage().keySet()) {
            languages.requireName("executors.docker.images.by_language", language);
        }
        return new DockerExecutorConfig.Images(
                settings.byDefault(),
                settings.byLanguage(),
                settings.allowed(),
                switch (settings.pull()) {
                    case NEVER -> DockerExecutorConfig.PullPolicy.NEVER;
                    case MISSING -> DockerExecutorConfig.PullPolicy.MISSING;
                    case ALWAYS -> DockerExecutorConfig.PullPolicy.ALWAYS;
                });
    }

    private static EngineAddress engine(DockerExecutorSettings settings) {
        if (settings.engine().isPresent()) {
            return settings.engine().get();
        }
        var address = Objects.requireNonNullElse(System.getenv("DOCKER_HOST"), "");
        try {
            return EngineAddress.parse(address.isBlank() ? "unix:///var/run/docker.sock" : address);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("DOCKER_HOST: " + e.getMessage(), e);
        }
    }

    private static Path bubblewrapOnPath() {
        return Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":"))
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> Path.of(directory, "bwrap"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(ProcessExecutorConfig.DEFAULT_BWRAP);
    }

    private static Path languages() {
        return home().resolve("languages");
    }

    private static Path libexec() {
        return home().resolve("libexec");
    }

    /// The distribution: the system property `runnel.home`, or the environment variable RUNNEL_HOME.
    private static Path home() {
        var home = System.getProperty("runnel.home", System.getenv("RUNNEL_HOME"));
        if (home == null || home.isBlank()) {
            throw new IllegalArgumentException(
                    "it is not known where Runnel is installed: start it with bin/runnel, or set RUNNEL_HOME");
        }
        return Path.of(home).toAbsolutePath();
    }

    private static Configuration configuration(String[] arguments) throws YamlException {
        if (arguments.length == 0) {
            return Configuration.defaults();
        }
        if (arguments.length == 2 && arguments[0].equals("--config")) {
            return Configuration.load(Path.of(arguments[1]));
        }
        throw new IllegalArgumentException("expected nothing, or --config FILE");
    }
}
