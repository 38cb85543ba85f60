package dev.runnel.executors.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.executors.spi.WorkspacePath;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FakeExecutorTest {
    private final ManualTime time = new ManualTime();
    private final FakeExecutor executor = new FakeExecutor(Scripts.lines(), time);
    private final Collector sink = new Collector();

    @AfterEach
    void close() {
        executor.close();
    }

    @Test
    void aProgramPrintsAndExits() throws Exception {
        var outcome = run("print hello", "print-error oops", "exit 3");

        assertThat(sink.text()).isEqualTo("hello\noops\n");
        assertThat(outcome.ending()).isEqualTo(new Ending.Exited());
        assertThat(outcome.status()).isEqualTo(new WaitStatus.ExitCode(3));
        assertThat(outcome.usage().stdoutBytes()).isEqualTo(6);
    }

    @Test
    void theWallLimitEndsAProgramThatWaits() throws Exception {
        var run = start("print before", "wait forever");
        executor.awaitReached("forever");

        time.advance(Duration.ofSeconds(61));

        assertThat(run.get().ending()).isEqualTo(new Ending.WallTimeExceeded());
        assertThat(run.get().limitHits()).containsExactly(LimitKind.WALL_TIME);
        assertThat(sink.text()).isEqualTo("before\n");
    }

    @Test
    void anInterruptCancelsAProgramThatWaits() throws Exception {
        var run = new Run("print before", "wait forever");
        executor.awaitReached("forever");

        run.thread.interrupt();

        assertThat(run.get().ending()).isEqualTo(new Ending.Cancelled());
        assertThat(run.interruptedAfterwards).isFalse();
    }

    @Test
    void anInterruptWhileTheSinkBlocksCancelsAndLosesNoByte() throws Exception {
        sink.block();
        var run = new Run("print first", "print second");
        sink.blocked.await();

        run.thread.interrupt();

        assertThat(run.get().ending()).isEqualTo(new Ending.Cancelled());
        assertThat(sink.text()).isEqualTo("first\n");
    }

    @Test
    void closingTheSandboxWhileItsSinkBlocksLosesTheRun() throws Exception {
        sink.block();
        var run = new Run("flood 1MiB");
        sink.blocked.await();

        executor.openSandboxes().forEach(FakeSandbox::close);

        assertThatThrownBy(run::get)
                .cause()
                .satisfies(e -> assertThat(((SandboxException) e).reason()).isEqualTo(new Reason.Lost(true)));
    }

    @Test
    void theOutputLimitKillsAfterItsLastByte() throws Exception {
        var outcome = run("flood 2MiB");

        assertThat(outcome.ending()).isEqualTo(new Ending.OutputExceeded());
        assertThat(sink.bytes.size()).isEqualTo(1 << 20);
    }

    @Test
    void stdinIsEchoed() throws Exception {
        var outcome = sandbox()
                .run(program("cat"), ProgramInput.of("x".repeat(300_000).getBytes(StandardCharsets.UTF_8)), sink);

        assertThat(outcome.status()).isEqualTo(new WaitStatus.ExitCode(0));
        assertThat(sink.text()).isEqualTo("x".repeat(300_000));
    }

    @Test
    void aTrappedSignalIsForTheProgram() throws Exception {
        var program = program("trap 15", "reach armed", "await-signal", "reach served", "wait forever");
        var input = signals(List.of(Map.entry("armed", 15), Map.entry("served", 2)));

        var outcome = sandbox().run(program, input, sink);

        assertThat(sink.text()).isEqualTo("15\n");
        assertThat(outcome.ending()).isEqualTo(new Ending.Signalled());
        assertThat(outcome.status()).isEqualTo(new WaitStatus.Signal(2, false));
    }

    @Test
    void aBrokenSandboxIsLost() {
        assertThatThrownBy(() -> run("crash"))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Lost(true)));
    }

    @Test
    void aRefusedOpenIsRefusedOnce() throws Exception {
        executor.refuseNextOpen(new Reason.Exhausted());

        assertThatThrownBy(this::sandbox).isInstanceOf(SandboxException.class);
        sandbox().close();
        assertThat(executor.openSandboxes()).isEmpty();
    }

    private Outcome run(String... lines) throws Exception {
        return sandbox().run(program(lines), ProgramInput.none(), sink);
    }

    private FutureTask<Outcome> start(String... lines) {
        return new Run(lines);
    }

    private FakeSandbox sandbox() throws Exception {
        return executor.open(new SandboxSpec(
                "test",
                "local",
                new SandboxLimits(DataSize.ofMebibytes(256), 64, 1000, DataSize.ofMebibytes(64)),
                Optional.empty()));
    }

    private static Program program(String... lines) {
        return new Program(
                List.of(new InputFile(
                        WorkspacePath.of("main.txt"),
                        0600,
                        Content.of(String.join("\n", lines).getBytes(StandardCharsets.UTF_8)))),
                List.of("fake", "main.txt"),
                Map.of(),
                WorkspacePath.ROOT,
                false,
                new RunLimits(
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        DataSize.ofMebibytes(1),
                        RunLimits.OutputLimitAction.KILL,
                        DataSize.ofMebibytes(16)));
    }

    /// Each signal is sent when the program has reached its checkpoint.
    private ProgramInput signals(List<Map.Entry<String, Integer>> steps) {
        var pending = new ArrayDeque<>(steps);
        return new ProgramInput() {
            @Override
            public ByteBuffer readStdin(int atMost) {
                return ByteBuffer.allocate(0);
            }

            @Override
            public int nextSignal() throws InterruptedException {
                if (pending.isEmpty()) {
                    return ProgramInput.none().nextSignal();
                }
                var step = pending.remove();
                executor.awaitReached(step.getKey());
                return step.getValue();
            }
        };
    }

    private final class Run extends FutureTask<Outcome> {
        private final Thread thread;
        private volatile boolean interruptedAfterwards;

        Run(String... lines) {
            super(() -> FakeExecutorTest.this.run(lines));
            thread = Thread.ofVirtual().start(() -> {
                run();
                interruptedAfterwards = Thread.interrupted();
            });
        }

        @Override
        public Outcome get() throws InterruptedException, ExecutionException {
            thread.join();
            return super.get();
        }
    }

    private static final class Collector implements OutputSink {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CountDownLatch blocked = new CountDownLatch(1);
        private volatile CountDownLatch open = new CountDownLatch(0);

        void block() {
            open = new CountDownLatch(1);
        }

        String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }

        @Override
        public void started() {}

        @Override
        public void output(Stream stream, ByteBuffer data) throws InterruptedException {
            if (open.getCount() > 0) {
                blocked.countDown();
                open.await();
            }
            var array = new byte[data.remaining()];
            data.get(array);
            bytes.writeBytes(array);
        }

        @Override
        public void ended() {
            open.countDown();
        }
    }
}
