package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executors.process.ProcessExecutorConfig.CgroupMode;
import dev.runnel.executors.runner.CellConfig.CellMode;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever becomes of a sandbox, of its runner or of the daemon: nothing of it is left on the host.
@ParameterizedClass
@EnumSource(CgroupMode.class)
final class LeftoversTest {
    /// `dev/soak` runs the full count.
    private static final int SANDBOXES = Boolean.getBoolean("runnel.soak") ? 1000 : 50;

    /// Programs that are hard to get rid of.
    private static final String STUBBORN = """
            import os, signal, time
            for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(s, signal.SIG_IGN)
            children = []
            for _ in range(3):
                children.append(os.fork())
                if children[-1] == 0:
                    os.setsid()
                    if os.fork() == 0:
                        time.sleep(60)
                    os._exit(0)
            for child in children: os.waitpid(child, 0)
            print('up', flush=True)
            time.sleep(60)
            """;

    private static final Duration BOUND = Duration.ofSeconds(2);

    @TempDir
    private Path runtime;

    private final CgroupMode cgroups;
    private ProcessExecutor executor;
    private List<String> names;
    private Traces before;

    LeftoversTest(CgroupMode cgroups) {
        this.cgroups = cgroups;
    }

    @BeforeEach
    void open() throws IOException {
        executor = Bubblewrap.executor(Bubblewrap.config(runtime, cgroups));
        names = Traces.executors(runtime);
        before = Traces.of(runtime, names);
    }

    @AfterEach
    void close() throws IOException {
        executor.close();
        assertThat(Traces.of(runtime, names).cgroups()).isEmpty();
        assertThat(Traces.executors(runtime)).isEmpty();
    }

    @Test
    void afterManySandboxesAllIsAsBefore() throws Exception {
        Programs.run(executor, Programs.python("print(1)"));
        var descriptors = descriptors();

        for (var i = 0; i < SANDBOXES; i++) {
            assertThat(Programs.run(executor, Programs.bash("echo " + i)).stdout())
                    .isEqualTo(i + "\n");
        }

        Traces.of(runtime, names).assertNothingLeft(before);
        assertThat(descriptors()).isEqualTo(descriptors);
    }

    @Test
    void closingASandboxEndsStubbornProgramsInBoundedTime() throws Throwable {
        var held = Held.open(executor, STUBBORN);
        assertThat(CommandLines.with(held.token())).hasSizeGreaterThanOrEqualTo(4);
        var start = System.nanoTime();

        held.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BOUND);
        CommandLines.assertNone(held.token());
        Traces.of(runtime, names).assertNothingLeft(before);
        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(held::outcome)
                .satisfies(lost -> assertThat(lost.reason()).isEqualTo(new Reason.Lost(true)));
    }

    @Test
    void aRunnerThatDoesNotDieOfItsChannelsEndIsKilled() throws Throwable {
        var held = Held.open(executor, STUBBORN);
        signal("STOP", runner());
        var start = System.nanoTime();

        held.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BOUND);
        CommandLines.assertNone(held.token());
        Traces.of(runtime, names).assertNothingLeft(before);
    }

    @Test
    void whenTheRunnerDiesTheRunIsLostAndAllOfItGone() throws Throwable {
        try (var held = Held.open(executor, STUBBORN)) {
            signal("KILL", runner());

            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(held::outcome)
                    .satisfies(lost -> assertThat(lost.reason()).isEqualTo(new Reason.Lost(true)));
            CommandLines.assertNone(held.token());
            Traces.of(runtime, names).assertNothingLeft(before);
        }
    }

    @Test
    void whenBubblewrapsOuterProcessIsKilledTheSandboxGoesAllTheSame() throws Throwable {
        var held = Held.open(executor, STUBBORN);
        for (var process : CommandLines.with("--unshare-user")) {
            if (CommandLines.with(nonce()).contains(process)) {
                signal("KILL", process);
            }
        }

        held.close();

        CommandLines.assertNone(held.token());
        Traces.of(runtime, names).assertNothingLeft(before);
    }

    @Test
    void anInterruptedOpeningLeavesNothing() throws Exception {
        for (var delay = Duration.ZERO; delay.toMillis() < 20; delay = delay.plusMillis(2)) {
            var opening = new FutureTask<>(() -> {
                executor.open(Programs.spec()).close();
                return true;
            });
            var thread = Thread.ofVirtual().start(opening);
            thread.join(delay);

            thread.interrupt();

            thread.join();
            Traces.of(runtime, names).assertNothingLeft(before);
        }
    }

    @Test
    void aSandboxOutlivesTheThreadThatOpenedIt() throws Throwable {
        var opening = new FutureTask<>(() -> executor.open(Programs.spec()));
        var thread = Thread.ofPlatform().start(opening);
        thread.join();

        try (var sandbox = opening.get(10, TimeUnit.SECONDS)) {
            assertThat(Programs.run(sandbox, Programs.python("print(1)")).stdout())
                    .isEqualTo("1\n");
        }
    }

    @Test
    void closingTheExecutorClosesItsSandboxes() throws Throwable {
        var held = Held.open(executor, STUBBORN);

        executor.close();

        CommandLines.assertNone(held.token());
        assertThat(Traces.executors(runtime)).isEmpty();
        assertThatExceptionOfType(SandboxException.class).isThrownBy(held::outcome);
    }

    @Test
    void whatADaemonThatWasKilledLeftDiesAndIsReapedAtTheNextStart() throws Throwable {
        executor.close();
        try (var daemon = KilledDaemon.start(runtime, cgroups, CellMode.OFF)) {
            var left = Traces.executors(runtime);
            assertThat(left).hasSize(1);
            assertThat(Traces.of(runtime, left).folders()).hasSize(2);

            daemon.kill();

            Traces.await(runtime, left, Traces::hasNoProcess);
            CommandLines.assertNone(daemon.token());
            executor = Bubblewrap.executor(Bubblewrap.config(runtime, cgroups));
            Traces.of(runtime, left).assertNothingLeft(before.withoutCgroups());
            assertThat(runtime.resolve(left.getFirst())).doesNotExist();
            assertThat(Programs.run(executor, Programs.python("print(1)")).stdout())
                    .isEqualTo("1\n");
        }
        names = Traces.executors(runtime);
    }

    /// The nonce of the only sandbox.
    private String nonce() throws IOException {
        return Traces.of(runtime, names).folders().getFirst().getFileName().toString();
    }

    /// Of the only sandbox.
    private Path runner() throws IOException {
        return CommandLines.runner(nonce());
    }

    private static void signal(String name, Path process) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, process.getFileName().toString())
                .inheritIO()
                .start()
                .waitFor();
    }

    private static long descriptors() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
