package dev.runnel.executors.process;

import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.runner.Nursery;
import dev.runnel.executors.runner.UidPool;
import dev.runnel.executors.spi.SandboxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What came of preparing this machine for sandboxes.
sealed interface Setup {
    /// Sandboxes can be tried.
    ///
    /// @param nurseries fails where the distribution lacks something that cells need
    record Able(Machine machine, SandboxMaker plain, Nursery.Source<String> nurseries) implements Setup {}

    /// None can be opened.
    ///
    /// @param why with the way to mend it
    record Unable(String why) implements Setup {}

    static Setup of(ProcessExecutorConfig config) {
        try {
            var missing = missing(config);
            return missing.isPresent() ? new Unable(missing.get()) : prepare(config);
        } catch (IOException e) {
            return new Unable("executor process could not be set up in " + config.runtimeDirectory() + ": " + e);
        }
    }

    private static Optional<String> missing(ProcessExecutorConfig config) throws IOException {
        var system = System.getProperty("os.name", "unknown");
        if (!system.equals("Linux")) {
            return Optional.of("executor process needs Linux, this is " + system);
        }
        if (!Files.isExecutable(config.bwrap())) {
            return Optional.of("bubblewrap is not installed (no " + config.bwrap()
                    + "): apt-get install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora)");
        }
        for (var binary : List.of(config.runner(), config.launcher())) {
            if (!Files.isExecutable(binary)) {
                return Optional.of("the distribution is incomplete: " + binary + " is missing");
            }
        }
        if (Daemon.current().root() && !Daemon.owns(config.uids())) {
            return Optional.of("the daemon is root in a user namespace without the uids "
                    + config.uids().first()
                    + " and up, of which it gives one to each sandbox: configure a range that /proc/self/uid_map"
                    + " has, or run the daemon as an ordinary user");
        }
        return Optional.empty();
    }

    private static Able prepare(ProcessExecutorConfig config) throws IOException {
        var daemon = Daemon.current();
        var runtime = config.runtimeDirectory().toAbsolutePath();
        InstanceDirectory.reapDead(runtime, Reaper::reap);
        var instance = InstanceDirectory.create(runtime, Reaper::reap);
        try {
            var cgroups = cgroups(config, daemon, instance);
            Optional<UidPool> uids = daemon.root()
                    ? Optional.of(UidPool.open(
                            config.uids(),
                            runtime.resolve("uids"),
                            ids -> !ProcTable.ownedBy(ids).isEmpty()))
                    : Optional.empty();
            var machine = new Machine(config.launcher(), instance, cgroups, uids);
            var roots = new Roots(
                    new HostSystem(Path.of("/")),
                    new OwnFiles(daemon.root()),
                    instance.directory().resolve("etc"));
            return new Able(
                    machine, new SandboxMaker(machine, roots.sandbox(config)), nurseries(config, machine, roots));
        } catch (IOException e) {
            instance.close();
            throw e;
        }
    }

    private static Nursery.Source<String> nurseries(ProcessExecutorConfig config, Machine machine, Roots roots)
            throws IOException {
        var needed = config.languages().stream().anyMatch(OwnFiles::isForked)
                ? List.of(config.cellInit(), config.forker())
                : List.of(config.cellInit());
        for (var file : needed) {
            if (!Files.isReadable(file)) {
                return _ -> {
                    throw new SandboxException(
                            new SandboxException.Reason.Unsupported(),
                            "the distribution is incomplete: " + file + " is missing");
                };
            }
        }
        return new NurseryMaker(
                machine,
                roots.nursery(config),
                roots.host().hidden(),
                config.languages(),
                config.cells(),
                PhysicalMemory.share());
    }

    private static Cgroups cgroups(ProcessExecutorConfig config, Daemon daemon, InstanceDirectory instance)
            throws IOException {
        return switch (config.cgroups()) {
            case OFF -> new Cgroups.None("turned off by the configuration");
            case AUTO ->
                new CgroupProbe("runnel-" + instance.name(), daemon.root(), new CgroupRecord(instance.directory())::add)
                        .probe(CgroupMounts.read(Path.of("/proc/self")));
        };
    }
}
