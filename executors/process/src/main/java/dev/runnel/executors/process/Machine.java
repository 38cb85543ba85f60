package dev.runnel.executors.process;

import dev.runnel.executors.runner.Alarms;
import dev.runnel.executors.runner.Greeting;
import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.runner.Nonce;
import dev.runnel.executors.runner.ProgramDefaults;
import dev.runnel.executors.runner.RunnerConnection;
import dev.runnel.executors.runner.UidPool;
import dev.runnel.executors.runner.UidRange;
import dev.runnel.executors.runner.UnixChannel;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxLimits;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// What sandboxes and nurseries are made with on this machine.
///
/// @param launcher the launcher's binary
/// @param instance the executor's folder and lock
/// @param cgroups where limits are enforced
/// @param uids for a daemon that is root; every other one has only its own
record Machine(Path launcher, InstanceDirectory instance, Cgroups cgroups, Optional<UidPool> uids)
        implements AutoCloseable {
    /// What every program finds in its environment besides its own and its language's.
    static final Map<String, String> ENVIRONMENT = Map.of(
            "PATH", "/usr/local/bin:/usr/bin:/bin",
            "HOME", BwrapCommand.WORKSPACE,
            "LANG", "C.UTF-8",
            "TMPDIR", "/tmp");

    private static final int OPEN_FILES = 1024;
    /// A root daemon is asked by the kernel to die after its sandboxes, not before them. Other daemons may
    /// not ask.
    private static final String OOM_SCORE = "-100";

    /// Nothing but a name and uids yet.
    ///
    /// @param count of uids, where the daemon has any to give
    Footprint footprint(int count) throws SandboxException {
        Optional<UidPool.Lease> lease =
                uids.isPresent() ? Optional.of(uids.get().acquire(count)) : Optional.empty();
        var nonce = Nonce.random(Nonce.BYTES);
        return new Footprint(nonce, instance.sandboxDirectory(nonce), lease);
    }

    /// The launcher's argv.
    ///
    /// @param options further ones
    /// @param inside what the launcher becomes
    List<String> command(
            Footprint footprint,
            Descriptors descriptors,
            SandboxCgroup cgroup,
            List<String> options,
            List<String> inside) {
        var argv = new ArrayList<String>();
        argv.add(launcher.toString());
        argv.addAll(List.of("--connect", footprint.socket().toString()));
        argv.addAll(descriptors.options());
        cgroup.launcherJoins().forEach(file -> argv.addAll(List.of("--join", file.toString())));
        footprint.uids().map(UidRange::first).map(String::valueOf).ifPresent(uid -> {
            argv.addAll(List.of("--uid", uid, "--gid", uid));
            argv.addAll(List.of("--oom-score-adj", OOM_SCORE));
        });
        argv.addAll(options);
        argv.add("--");
        argv.addAll(inside);
        return argv;
    }

    /// The options that every runner has.
    static List<String> runner(Footprint footprint) {
        return List.of(BwrapCommand.RUNNER, "--channel-fd", "" + Descriptors.CHANNEL, "--nonce", footprint.nonce());
    }

    /// Starts it and greets the runner in it.
    RunnerConnection start(Footprint footprint, List<String> command, Greeting greeting)
            throws SandboxException, IOException, InterruptedException {
        var channel = new Launch(footprint, command).start();
        var connection = greet(channel, footprint, greeting);
        footprint.rememberInnermost();
        return connection;
    }

    private static RunnerConnection greet(SocketChannel channel, Footprint footprint, Greeting greeting)
            throws SandboxException, InterruptedException {
        try {
            return RunnerConnection.open(
                    new UnixChannel(channel), HexFormat.of().parseHex(footprint.nonce()), greeting, Alarms.real());
        } catch (SandboxException e) {
            throw Diagnosis.failedLaunch(footprint.lastWords(), String.valueOf(e.getMessage()), e);
        }
    }

    /// What is added to every program of a sandbox with these limits.
    ProgramDefaults defaults(SandboxLimits limits) {
        // One more for the runner, or the init of a cell: the limit counts every process of its uid in the user
        // namespace.
        var processes = mechanism(LimitKind.PROCESSES) == Mechanism.RLIMIT ? limits.processes() + 1 : 0;
        var watched = mechanism(LimitKind.MEMORY) == Mechanism.WATCHDOG ? limits.memory() : DataSize.ofBytes(0);
        return new ProgramDefaults(ENVIRONMENT, OPEN_FILES, processes, watched);
    }

    SandboxDescription describe(SandboxDescription.Kind kind) {
        return describe(kind, this::mechanism);
    }

    static SandboxDescription describe(SandboxDescription.Kind kind, Function<LimitKind, Mechanism> mechanism) {
        var enforcement = new EnumMap<LimitKind, Mechanism>(LimitKind.class);
        for (var limit : LimitKind.values()) {
            enforcement.put(limit, mechanism.apply(limit));
        }
        return new SandboxDescription(ProcessExecutor.NAME, Isolation.PROCESS, kind, Optional.empty(), enforcement);
    }

    private Mechanism mechanism(LimitKind kind) {
        return switch (kind) {
            case MEMORY, PROCESSES, CPU -> cgroups.mechanism(kind);
            case WALL_TIME, CPU_TIME, OUTPUT -> Mechanism.WATCHDOG;
            case DISK -> Mechanism.FILESYSTEM;
            case FILE_SIZE -> Mechanism.RLIMIT;
        };
    }

    @Override
    public void close() {
        instance.close();
        uids.ifPresent(UidPool::close);
    }
}
