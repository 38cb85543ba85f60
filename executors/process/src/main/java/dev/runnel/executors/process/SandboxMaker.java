package dev.runnel.executors.process;

import dev.runnel.executors.runner.Alarms;
import dev.runnel.executors.runner.Greeting;
import dev.runnel.executors.runner.ProgramDefaults;
import dev.runnel.executors.runner.RunnerConnection;
import dev.runnel.executors.runner.RunnerSandbox;
import dev.runnel.executors.runner.UnixChannel;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
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

/// Opens bubblewrap sandboxes on a machine that has been found able to ([Setup]).
///
/// @param launcher the launcher's binary
/// @param instance the executor's folder and lock
/// @param cgroups where limits are enforced
/// @param uids for a daemon that is root; every other one has only its own
/// @param bwrap what programs see
record SandboxMaker(
        Path launcher, InstanceDirectory instance, Cgroups cgroups, Optional<UidPool> uids, BwrapCommand bwrap)
        implements AutoCloseable {
    /// What every program finds in its environment besides its own and its language's.
    static final Map<String, String> ENVIRONMENT = Map.of(
            "PATH", "/usr/local/bin:/usr/bin:/bin",
            "HOME", BwrapCommand.WORKSPACE,
            "LANG", "C.UTF-8",
            "TMPDIR", "/tmp");

    private static final int OPEN_FILES = 1024;
    /// A root daemon is asked by the kernel to die after its sandboxes, not before them. Other daemons may not ask.
    private static final String OOM_SCORE = "-100";

    SandboxDescription description() {
        return describe(this::mechanism);
    }

    static SandboxDescription describe(Function<LimitKind, Mechanism> mechanism) {
        var enforcement = new EnumMap<LimitKind, Mechanism>(LimitKind.class);
        for (var kind : LimitKind.values()) {
            enforcement.put(kind, mechanism.apply(kind));
        }
        return new SandboxDescription(
                ProcessExecutor.NAME, Isolation.PROCESS, SandboxDescription.Kind.PLAIN, Optional.empty(), enforcement);
    }

    /// @param whenDestroyed run once, after nothing is left of a sandbox that was opened
    Sandbox open(SandboxSpec spec, Runnable whenDestroyed) throws SandboxException, InterruptedException {
        Optional<UidPool.Lease> uid = uids.isPresent() ? Optional.of(uids.get().acquire(1)) : Optional.empty();
        var nonce = Nonce.random(Nonce.BYTES);
        var footprint = new Footprint(nonce, instance.sandboxDirectory(nonce), uid);
        var opened = false;
        try {
            footprint.makeDirectory();
            var cgroup = footprint.add(cgroups.create(spec.id(), spec.limits()));
            var channel = new Launch(footprint, command(spec.limits(), footprint, cgroup)).start();
            var connection = greet(channel, footprint);
            footprint.rememberInnermost();
            opened = true;
            return new RunnerSandbox(description(), connection, defaults(spec.limits()), () -> {
                footprint.destroy();
                whenDestroyed.run();
            });
        } catch (IOException e) {
            throw new SandboxException(new Reason.Unavailable(), "a bubblewrap sandbox could not be opened: " + e, e);
        } finally {
            if (!opened) {
                footprint.destroy();
            }
        }
    }

    private static RunnerConnection greet(SocketChannel channel, Footprint footprint)
            throws SandboxException, InterruptedException {
        try {
            return RunnerConnection.open(
                    new UnixChannel(channel),
                    HexFormat.of().parseHex(footprint.nonce()),
                    new Greeting.Plain(BwrapCommand.WORKSPACE),
                    Alarms.real());
        } catch (SandboxException e) {
            throw Diagnosis.failedLaunch(footprint.lastWords(), String.valueOf(e.getMessage()), e);
        }
    }

    private List<String> command(SandboxLimits limits, Footprint footprint, SandboxCgroup cgroup) {
        var descriptors = new Descriptors();
        var inside = bwrap.argv(limits, descriptors, runner(footprint.nonce(), cgroup, descriptors));
        var argv = new ArrayList<String>();
        argv.add(launcher.toString());
        argv.addAll(List.of("--connect", footprint.socket().toString()));
        argv.addAll(descriptors.options());
        cgroup.launcherJoins().forEach(file -> argv.addAll(List.of("--join", file.toString())));
        footprint.uids().ifPresent(uids -> {
            var uid = Integer.toString(uids.first());
            argv.addAll(List.of("--uid", uid, "--gid", uid));
            argv.addAll(List.of("--oom-score-adj", OOM_SCORE));
        });
        argv.add("--");
        argv.addAll(inside);
        return argv;
    }

    private static List<String> runner(String nonce, SandboxCgroup cgroup, Descriptors descriptors) {
        var argv = new ArrayList<>(
                List.of(BwrapCommand.RUNNER, "--channel-fd", "" + Descriptors.CHANNEL, "--nonce", nonce));
        cgroup.programJoins().forEach(file -> argv.addAll(List.of("--join-fd", descriptors.write(file))));
        for (var counter : cgroup.counters()) {
            var number =
                    counter.resettable() ? descriptors.readWrite(counter.file()) : descriptors.read(counter.file());
            argv.addAll(List.of("--counter", counter.name() + "=" + number));
        }
        return argv;
    }

    private ProgramDefaults defaults(SandboxLimits limits) {
        // The runner is the one more: the limit counts every process of its uid in the sandbox's user namespace.
        var processes = mechanism(LimitKind.PROCESSES) == Mechanism.RLIMIT ? limits.processes() + 1 : 0;
        var watched = mechanism(LimitKind.MEMORY) == Mechanism.WATCHDOG ? limits.memory() : DataSize.ofBytes(0);
        return new ProgramDefaults(ENVIRONMENT, OPEN_FILES, processes, watched);
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
