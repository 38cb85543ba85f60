package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executors.docker.DockerExecutorConfig.Images;
import dev.runnel.executors.runner.WarmPool;
import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An engine that is gone, hangs or is full, and containers that somebody else ends: what is asked fails in
/// bounded time and for the right reason, nothing is invented, and all heals by itself.
@Timeout(120)
final class EngineTroubleTest {
    static final long DISK = 96L << 20;
    private static final int AHEAD = 2;
    /// What a request to an engine that hangs may take, with some time for a busy machine.
    private static final Duration BOUND =
            Pulse.BEAT_WITHIN.plus(Pulse.FELT_EVERY).plus(Duration.ofSeconds(4));

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static OwnEngine engine;

    @TempDir
    private Path runtime;

    private DockerExecutor executor;

    @BeforeAll
    static void start() throws Exception {
        engine = OwnEngine.start(false, DISK);
    }

    @AfterAll
    static void end() throws IOException {
        if (engine != null) {
            engine.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        executor = new DockerExecutor(config(engine.address(), runtime));
    }

    @AfterEach
    void close() throws Exception {
        executor.close();
        assertThat(engine.containers()).isEmpty();
        assertThat(engine.processesInContainers()).isEmpty();
    }

    static DockerExecutorConfig config(URI engine, Path runtime) {
        return config(engine, runtime, AHEAD);
    }

    static DockerExecutorConfig config(URI engine, Path runtime, int ahead) {
        return config(engine, runtime, ahead, new Images(Optional.of(OwnEngine.IMAGE), Map.of(), List.of()));
    }

    static DockerExecutorConfig config(URI engine, Path runtime, int ahead, Images images) {
        return new DockerExecutorConfig(
                DockerExecutorConfig.DEFAULT_NAME,
                engine,
                TestEngine.runner(),
                runtime,
                Optional.empty(),
                images,
                DefinedExtras.NONE,
                List.of(TestEngine.language("bash", "main.sh", "bash", "--version")),
                DockerExecutorConfig.DEFAULT_MAX_SANDBOXES,
                new WarmPool.Settings(ahead, 2, 2, Duration.ofHours(1)));
    }

    @Test
    void anEngineThatComesLaterIsUsed() throws Exception {
        try (var later = OwnEngine.create(false, DISK);
                var early = new DockerExecutor(config(later.address(), runtime))) {
            assertThat(early.capabilities().unavailable().orElseThrow())
                    .contains(later.address().toString(), "Start it, or name another as executors.docker.engine");
            assertUnavailable(() -> early.open(Running.spec()));

            later.start();
            later.makeImage(OwnEngine.IMAGE);

            assertThat(Running.output(early, "echo hello")).isEqualTo("hello\n");
            Eventually.holds(
                    "capabilities say so",
                    PATIENCE,
                    () -> early.capabilities().unavailable().isEmpty());
        }
    }

    @Test
    void anEngineThatWasStartedAgainIsUsedAtOnce() throws Exception {
        assertThat(Running.output(executor, "echo before")).isEqualTo("before\n");

        awaitStock();
        engine.kill();
        assertUnavailable(this::openMoreThanWait);
        engine.start();

        assertThat(Running.output(executor, "echo after")).isEqualTo("after\n");
    }

    @Test
    void anEngineThatHangsIsNotWaitedFor() throws Exception {
        var held = Running.idle(executor);
        awaitStock();
        var container = containerOf(held);
        engine.hang();
        try {
            assertUnavailable(this::openMoreThanWait);
            var closing = System.nanoTime();

            held.close();

            assertThat(Duration.ofNanos(System.nanoTime() - closing)).isLessThan(BOUND);
            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(held::outcome)
                    .satisfies(lost -> assertThat(lost.reason()).isEqualTo(new Reason.Lost(true)));
            assertThat(held.processes()).isEmpty();
            assertThat(executor.capabilities().unavailable()).isPresent();
        } finally {
            engine.goOn();
        }

        Eventually.holds(
                "the container is removed", PATIENCE, () -> !engine.containers().contains(container));
        assertThat(Running.output(executor, "echo after")).isEqualTo("after\n");
    }

    @Test
    void aContainerWhoseSandboxIsClosedWithoutAnEngineIsRemovedWhenThereIsOne() throws Exception {
        var held = Running.idle(executor);
        var container = containerOf(held);
        awaitStock();
        engine.kill();

        held.close();

        assertThat(held.processes()).isEmpty();
        engine.start();
        Eventually.holds(
                "the container is removed", PATIENCE, () -> !engine.containers().contains(container));
    }

    @Test
    void theEndOfAnExecutorDoesNotWaitForAnEngineThatHangs() throws Exception {
        var held = Running.idle(executor);
        awaitStock();
        engine.hang();
        try {
            var closing = System.nanoTime();

            executor.close();

            assertThat(Duration.ofNanos(System.nanoTime() - closing)).isLessThan(BOUND.multipliedBy(2));
            assertThat(held.processes()).isEmpty();
        } finally {
            engine.goOn();
        }
        // The next daemon finds them by their label. It is the same process here, which a dead daemon's
        // never is.
        engine.removeContainers();
    }

    @Test
    void aContainerThatIsKilledWhileAProgramRunsIsLost() throws Exception {
        try (var held = Running.idle(executor)) {
            engine.docker("kill", containerOf(held));

            assertLost(held);
        }
    }

    @Test
    void aContainerThatIsRemovedWhileAProgramRunsIsLost() throws Exception {
        try (var held = Running.idle(executor)) {
            engine.docker("rm", "--force", containerOf(held));

            assertLost(held);
        }
    }

    @Test
    void aRunnerThatIsKilledIsLostWithItsProgram() throws Exception {
        try (var held = Running.idle(executor)) {
            Commands.run("kill", "-KILL", runnerOf(held));

            assertLost(held);
        }
    }

    @Test
    void aProgramWhoseRunnerTheKernelTakesForWantOfMemoryHasExceededIt() throws Exception {
        var go = new Go();
        // Files count, but for nobody: what the program itself has stays small beside the limit.
        var fills = "for folder in /workspace /tmp /dev/shm; do head -c 15M /dev/zero >$folder/file; done";
        try (var held = Running.start(executor, "echo up; read; " + fills + "; tail /dev/zero", go)) {
            // Otherwise it takes the program.
            Files.writeString(Path.of("/proc", runnerOf(held), "oom_score_adj"), "1000");
            for (var process : held.processes()) {
                Files.writeString(Path.of("/proc", process.toString(), "oom_score_adj"), "0");
            }

            go.give();

            var outcome = held.outcome();
            assertThat(outcome.ending()).isEqualTo(new Ending.MemoryExceeded());
            assertThat(outcome.limitHits()).containsExactly(LimitKind.MEMORY);
            assertThat(outcome.usage().stdoutBytes()).isEqualTo("up\n".length());
            assertThat(outcome.usage().wallTime()).isPositive();
            assertThat(held.processes()).isEmpty();
        }
    }

    @Test
    void containersThatAreRemovedWhileTheyWaitAreReplaced() throws Exception {
        Running.output(executor, "true");
        awaitStock();
        var before = engine.containers();

        engine.removeContainers();

        Eventually.holds(
                "there are others",
                PATIENCE,
                () -> engine.containers().size() == AHEAD
                        && engine.containers().stream().noneMatch(before::contains));
        assertThat(Running.output(executor, "echo fine")).isEqualTo("fine\n");
    }

    @Test
    void anImageThatIsGoneWhenItsContainerIsMadeIsUnsupported() throws Exception {
        engine.makeImage("gone:1");
        try (var direct = new Engine(engine.address())) {
            var image = direct.image("gone:1").orElseThrow();
            engine.docker("rmi", "gone:1");

            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> direct.create(new ContainerSpec(
                            image,
                            Running.SANDBOX,
                            SeccompProfile.PLAIN,
                            Optional.empty(),
                            Map.of(),
                            Map.of(),
                            DefinedExtras.NONE,
                            List.of("bash"),
                            false,
                            new ContainerSpec.Use.Program())))
                    .satisfies(gone -> assertThat(gone.reason()).isEqualTo(new Reason.Unsupported()))
                    .withMessageContaining("gone:1");
        }
    }

    @Test
    void aTagThatIsMovedAndWhoseImageIsRemovedIsFollowedAtOnce() throws Exception {
        engine.makeImage("tag:1");
        engine.makeImage("tag:2");
        var images = new Images(Optional.of("tag:1"), Map.of(), List.of());
        try (var moving =
                new DockerExecutor(config(engine.address(), Files.createDirectory(runtime.resolve("m")), 0, images))) {
            var before = digest(moving);

            engine.docker("rmi", "tag:1");
            engine.docker("tag", "tag:2", "tag:1");

            assertThat(digest(moving)).isNotEqualTo(before);
        } finally {
            engine.docker("rmi", "tag:1", "tag:2");
        }
    }

    private static String digest(DockerExecutor executor) throws SandboxException, InterruptedException {
        try (var sandbox = executor.open(Running.spec())) {
            return sandbox.description().imageDigest().orElseThrow();
        }
    }

    @Test
    void anEngineWithAFullDiskIsUnavailableUntilThereIsRoom() throws Exception {
        executor.close();
        executor = new DockerExecutor(config(engine.address(), runtime, 0));
        Running.output(executor, "true");
        var filler = engine.data().resolve("filler");
        try {
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> fill(filler));

            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> executor.open(Running.spec()))
                    .satisfies(full -> assertThat(full.reason()).isEqualTo(new Reason.Unavailable()))
                    .withMessageContaining("no space left on device");
        } finally {
            Files.delete(filler);
        }

        assertThat(Running.output(executor, "echo fine")).isEqualTo("fine\n");
    }

    private static void fill(Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            var block = new byte[1 << 12];
            for (var written = 0L; written <= DISK; written += block.length) {
                out.write(block);
            }
        }
    }

    /// A line of input, when it is time.
    private static final class Go implements ProgramInput {
        private final CountDownLatch given = new CountDownLatch(1);
        private boolean done;

        void give() {
            given.countDown();
        }

        @Override
        public ByteBuffer readStdin(int atMost) throws InterruptedException {
            given.await();
            var line = done ? new byte[0] : new byte[] {'\n'};
            done = true;
            return ByteBuffer.wrap(line);
        }

        @Override
        public int nextSignal() throws InterruptedException {
            new CountDownLatch(1).await();
            return 0;
        }
    }

    private static void assertLost(Running held) {
        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(held::outcome)
                .satisfies(lost -> assertThat(lost.reason()).isEqualTo(new Reason.Lost(true)));
        assertThat(held.processes()).isEmpty();
    }

    /// Containers that wait need no engine.
    private void openMoreThanWait() throws SandboxException, InterruptedException {
        for (var i = 0; i <= AHEAD; i++) {
            executor.open(Running.spec());
        }
    }

    private static void assertUnavailable(ThrowingCallable opening) {
        var began = System.nanoTime();
        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(opening)
                .satisfies(refused -> assertThat(refused.reason()).isEqualTo(new Reason.Unavailable()));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(BOUND);
    }

    /// Until the pool has all that it is to have: an engine that is killed while it makes a container may leave a
    /// process behind.
    private void awaitStock() throws Exception {
        Eventually.holds(
                "the pool is full",
                PATIENCE,
                () -> executor.pool().orElseThrow().ready() == AHEAD);
    }

    /// The id of its container, by the cgroup of its program.
    private static String containerOf(Running held) throws IOException, InterruptedException {
        var cgroup =
                Files.readString(Path.of("/proc", held.processes().getFirst().toString(), "cgroup"));
        return engine.containers().stream().filter(cgroup::contains).findFirst().orElseThrow();
    }

    /// The pid of its container's first process.
    private static String runnerOf(Running held) throws IOException, InterruptedException {
        return engine.docker("inspect", "--format", "{{.State.Pid}}", containerOf(held))
                .strip();
    }
}
