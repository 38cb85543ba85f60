package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.WaitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The engine is killed and started again, over and over, while programs run.
@Timeout(900)
final class EngineChaosTest {
    /// `dev/soak` runs the full count.
    private static final int KILLS = Boolean.getBoolean("runnel.soak") ? 20 : 3;

    private static final int CLIENTS = 4;
    private static final int AHEAD = 2;
    private static final Duration BOUND = Duration.ofSeconds(10);
    /// What programs end with: no other code is theirs.
    private static final int CODE = 7;

    @TempDir
    private Path runtime;

    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final AtomicInteger finished = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicBoolean ending = new AtomicBoolean();

    @ParameterizedTest(name = "live-restore {0}")
    @ValueSource(booleans = {false, true})
    void whateverBecomesOfTheEngineNothingIsInventedNothingLeftAndAllHeals(boolean liveRestore) throws Exception {
        try (var engine = OwnEngine.start(liveRestore, EngineTroubleTest.DISK)) {
            try (var executor = new DockerExecutor(EngineTroubleTest.config(engine.address(), runtime, AHEAD))) {
                Running.output(executor, "true");
                Eventually.holds(
                        "the pool is full",
                        BOUND,
                        () -> executor.pool().orElseThrow().ready() == AHEAD);
                var clients = new ArrayList<Thread>();
                for (var client = 0; client < CLIENTS; client++) {
                    var script = client == 0 ? "sleep 4" : "sleep 0.1";
                    clients.add(Thread.ofVirtual().start(() -> run(executor, script)));
                }

                for (var kill = 0; kill < KILLS; kill++) {
                    var before = finished.get();
                    Eventually.holds("programs run", BOUND, () -> finished.get() > before + CLIENTS);
                    engine.kill();
                    var down = refused.get();
                    Eventually.holds("requests are refused", BOUND, () -> refused.get() > down + CLIENTS);
                    engine.start();
                    Eventually.holds(
                            "the pool is full again",
                            BOUND,
                            () -> executor.pool().orElseThrow().ready() == AHEAD);
                }
                ending.set(true);
                for (var client : clients) {
                    assertThat(client.join(BOUND)).as("a client is done").isTrue();
                }

                Eventually.holds(
                        "only the stock is left",
                        BOUND,
                        () -> engine.containers().size() == AHEAD
                                && executor.pool().orElseThrow().ready() == AHEAD);
                System.err.println(KILLS + " kills, live-restore " + liveRestore + ": " + finished + " ended, " + lost
                        + " lost, " + refused + " refused, " + engine.creations() + " containers asked for");
                assertThat(wrong).isEmpty();
                // Without live-restore the engine ends at its start what it finds.
                assertThat(lost.get() > 0).isNotEqualTo(liveRestore);
                // One for each execution; at each kill and return some for those who wait, asked for twice
                // at most.
                assertThat(engine.creations())
                        .isLessThan(finished.get() + lost.get() + (KILLS + 1) * 2L * (CLIENTS + 2 * AHEAD));
            }
            assertThat(engine.containers()).isEmpty();
            // What an engine was making when it was killed it forgets, with runc's own process, which waits
            // for its word to become ours: nothing of ours has run in there, and no request ends it.
            assertThat(engine.processesInContainers()).allMatch(EngineChaosTest::neverStarted);
        }
    }

    private static boolean neverStarted(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).equals("runc\0init\0");
        } catch (IOException _) {
            return true;
        }
    }

    private void run(DockerExecutor executor, String script) {
        while (!ending.get()) {
            var began = System.nanoTime();
            try (var sandbox = executor.open(Running.spec())) {
                check(Running.in(sandbox, script + "; exit " + CODE).outcome());
                finished.incrementAndGet();
            } catch (SandboxException e) {
                count(e);
                // What a client does that was refused.
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            } catch (InterruptedException | RuntimeException | Error e) {
                wrong.add(e.toString());
            }
            var took = Duration.ofNanos(System.nanoTime() - began);
            if (took.compareTo(BOUND) > 0) {
                wrong.add("an execution took " + took);
            }
        }
    }

    private void check(Outcome outcome) {
        if (!(outcome.ending() instanceof Ending.Exited) || !outcome.status().equals(new WaitStatus.ExitCode(CODE))) {
            wrong.add("an outcome of nobody's: " + outcome);
        }
    }

    private void count(SandboxException e) {
        switch (e.reason()) {
            case Reason.Unavailable _ -> refused.incrementAndGet();
            case Reason.Lost _ -> lost.incrementAndGet();
            case Reason.Unsupported _, Reason.Exhausted _, Reason.FileRefused _ -> wrong.add(e.toString());
        }
    }
}
