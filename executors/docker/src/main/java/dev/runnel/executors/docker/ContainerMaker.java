package dev.runnel.executors.docker;

import dev.runnel.executors.docker.ContainerSpec.Use;
import dev.runnel.executors.runner.Alarms;
import dev.runnel.executors.runner.Channel;
import dev.runnel.executors.runner.Greeting;
import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.runner.Nonce;
import dev.runnel.executors.runner.NurserySettings;
import dev.runnel.executors.runner.RunnerConnection;
import dev.runnel.executors.runner.UidPool;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Makes containers with a runner in them, started and greeted.
final class ContainerMaker {
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(30);
    private static final String RUNNER = ContainerSpec.RUN + "/runner";
    private static final String INIT = ContainerSpec.RUN + "/cell-init";

    /// Where a container finds what it has used of its limits: its own cgroup, read-only.
    private static final String COUNTERS = "/sys/fs/cgroup";

    private final Engine engine;
    private final InstanceDirectory instance;
    private final Upkeep upkeep;
    private final Owner owner;
    private final DockerExecutorConfig config;
    private final WarmFolders warm;

    ContainerMaker(
            Engine engine,
            InstanceDirectory instance,
            Upkeep upkeep,
            Owner owner,
            DockerExecutorConfig config,
            WarmFolders warm) {
        this.engine = engine;
        this.instance = instance;
        this.upkeep = upkeep;
        this.owner = owner;
        this.config = config;
        this.warm = warm;
    }

    /// One for a program. Leaves nothing behind when it fails.
    Container make(Container.Kind kind) throws SandboxException, InterruptedException {
        return make(
                kind, new Use.Program(), new Greeting.Plain(ContainerSpec.WORKSPACE, kind.waiting()), Optional.empty());
    }

    /// One for cells. Leaves nothing behind when it fails.
    ///
    /// @param uid given back when the container is gone
    Container makeNursery(Container.Kind kind, NurserySettings settings, UidPool.Lease uid)
            throws SandboxException, InterruptedException {
        return make(
                kind,
                new Use.Cells(uid.uids().first(), config.apparmor()),
                new Greeting.Nursery(ContainerSpec.WORKSPACE, settings),
                Optional.of(uid));
    }

    private Container make(Container.Kind kind, Use use, Greeting greeting, Optional<UidPool.Lease> uid)
            throws SandboxException, InterruptedException {
        var nonce = Nonce.random(Nonce.BYTES);
        var footprint = new ContainerFootprint(engine, upkeep, instance.sandboxDirectory(nonce), uid);
        var opened = false;
        try (var link = link(kind, footprint)) {
            footprint.remember(engine.create(spec(kind, use, nonce, link)));
            var connection = RunnerConnection.open(
                    connected(link, footprint), HexFormat.of().parseHex(nonce), greeting, Alarms.real());
            opened = true;
            return new Container(kind, connection, footprint);
        } catch (IOException e) {
            throw new SandboxException(new Reason.Unavailable(), "a container could not be opened: " + e, e);
        } finally {
            if (!opened) {
                footprint.destroy();
            }
        }
    }

    private RunnerLink link(Container.Kind kind, ContainerFootprint footprint) throws IOException {
        return kind.mountsSockets()
                ? RunnerLink.Socket.in(footprint.directory())
                : new RunnerLink.Attached(engine.address());
    }

    private Channel connected(RunnerLink link, ContainerFootprint footprint)
            throws SandboxException, IOException, InterruptedException {
        var late = Alarms.real().after(STARTED_WITHIN, () -> closeQuietly(link));
        try {
            return link.start(engine, footprint.container());
        } catch (AsynchronousCloseException e) {
            throw new SandboxException(
                    new Reason.Unavailable(),
                    "the runner in container " + footprint.container() + " did not connect within " + STARTED_WITHIN
                            + ": " + engine.whatBecameOf(footprint.container()),
                    e);
        } finally {
            late.cancel();
        }
    }

    private static void closeQuietly(RunnerLink link) {
        try {
            link.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SeccompProfile seccomp(Use use) {
        return switch (use) {
            case Use.Program() -> SeccompProfile.PLAIN;
            case Use.Cells _ -> SeccompProfile.NURSERY;
        };
    }

    private ContainerSpec spec(Container.Kind kind, Use use, String nonce, RunnerLink link) {
        var shown = new LinkedHashMap<>(link.shown());
        shown.put(RUNNER, config.runner());
        for (var language : config.languages()) {
            language.prelude().ifPresent(prelude -> shown.put(language.preludePath(), prelude));
        }
        kind.waiting()
                .ifPresent(waiting -> shown.putAll(warm.of(waiting.interpreter().name())));
        var labels = new Labels(owner.id(), instance.name())
                .of(nonce, InstantSource.system().instant());
        var command = new ArrayList<>(List.of(RUNNER, "--nonce", nonce, "--counters-from", COUNTERS));
        command.addAll(link.options());
        if (use instanceof Use.Cells) {
            shown.put(INIT, config.cellInit());
            shown.putAll(warm.shown());
            command.addAll(List.of("--init", INIT));
        }
        return new ContainerSpec(
                kind.image(),
                kind.limits(),
                seccomp(use),
                config.runtime(),
                shown,
                labels,
                config.extras().only(kind.extras()),
                command,
                link.needsInput(),
                use);
    }
}
