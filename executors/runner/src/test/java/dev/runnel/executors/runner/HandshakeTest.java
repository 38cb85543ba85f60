package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.WarmInterpreter;
import dev.runnel.executors.testkit.ManualTime;
import dev.runnel.runner.v1.Fatal;
import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.InterpreterKind;
import dev.runnel.runner.v1.Ready;
import dev.runnel.runner.v1.SandboxKind;
import dev.runnel.runner.v1.Welcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HandshakeTest {
    private final ManualTime time = new ManualTime();
    private SocketPair sockets;
    private FakeRunner runner;
    private FutureTask<RunnerConnection> opening;
    private Thread opener;

    @BeforeEach
    void open() throws IOException {
        open(new Greeting.Plain("/workspace"));
    }

    private void open(Greeting greeting) throws IOException {
        sockets = SocketPair.open();
        runner = new FakeRunner(sockets.runner());
        // A test may open another pair before the thread of the first has begun.
        var daemon = sockets.daemon();
        opening = new FutureTask<>(
                () -> RunnerConnection.open(daemon, FakeRunner.NONCE, greeting, Programs.alarms(time)));
        opener = Thread.ofVirtual().start(opening);
    }

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void aRunnerIsWelcomedAndSaysWhatItCan() throws Exception {
        runner.send(FrameType.FRAME_TYPE_HELLO, 0, FakeRunner.hello(2, FakeRunner.NONCE));
        var welcome =
                Welcome.parseFrom(runner.expect(FrameType.FRAME_TYPE_WELCOME).payload());
        runner.send(
                FrameType.FRAME_TYPE_READY,
                0,
                Ready.newBuilder().setMaxRuns(3).setCountsOomKills(true).build());

        try (var connection = opening.get()) {
            assertThat(welcome.getKind()).isEqualTo(SandboxKind.SANDBOX_KIND_PLAIN);
            assertThat(welcome.getWorkspace()).isEqualTo("/workspace");
            assertThat(connection.features()).isEqualTo(new RunnerFeatures("fake", 3, true, false));
            assertThat(connection.isOpen()).isTrue();
        }
    }

    @Test
    void aNurseryIsToldEverythingAboutItsCells() throws Exception {
        close();
        open(new Greeting.Nursery("/workspace", Cells.SETTINGS));
        runner.send(FrameType.FRAME_TYPE_HELLO, 0, FakeRunner.hello(2, FakeRunner.NONCE));
        var welcome =
                Welcome.parseFrom(runner.expect(FrameType.FRAME_TYPE_WELCOME).payload());

        var nursery = welcome.getNursery();
        assertThat(welcome.getProtocolVersion()).isEqualTo(2);
        assertThat(welcome.getKind()).isEqualTo(SandboxKind.SANDBOX_KIND_CELL);
        assertThat(welcome.getWorkspace()).isEqualTo("/workspace");
        assertThat(nursery.getRoot()).isEqualTo("/cell");
        assertThat(nursery.getHiddenList()).containsExactly("kallsyms", "keys");
        assertThat(nursery.getColdAhead()).isEqualTo(4);
        assertThat(nursery.getLimits().getWorkspaceBytes()).isEqualTo(32 << 20);
        assertThat(nursery.getMaxCells()).isEqualTo(3);
        assertThat(nursery.getFirstUid()).isEqualTo(100_000);
        assertThat(nursery.getUidCount()).isEqualTo(16);
        var python = nursery.getInterpreters(0);
        assertThat(python.getName()).isEqualTo("python");
        assertThat(python.getKind()).isEqualTo(InterpreterKind.INTERPRETER_KIND_FORKED);
        assertThat(python.getArgvList()).extracting(each -> each.toStringUtf8()).containsExactly("python3", "main.py");
        assertThat(python.getEnvironmentList())
                .extracting(each -> each.toStringUtf8())
                .containsExactly("HOME=/workspace", "LANG=C.UTF-8");
        assertThat(python.getAhead()).isEqualTo(3);
        assertThat(nursery.getInterpreters(1).getKind()).isEqualTo(InterpreterKind.INTERPRETER_KIND_WAITING);
    }

    @Test
    void aPlainSandboxIsToldWhatIsToWaitInIt() throws Exception {
        close();
        var variables = Map.of("LANG", "C.UTF-8", "HOME", "/");
        var python = new NurserySettings.Interpreter(
                "python", WarmInterpreter.Kind.FORKED, List.of("python3", "main.py"), variables, 1);
        open(new Greeting.Plain("/workspace", Optional.of(new WaitingInterpreter(python, true))));
        runner.send(FrameType.FRAME_TYPE_HELLO, 0, FakeRunner.hello(2, FakeRunner.NONCE));
        var welcome =
                Welcome.parseFrom(runner.expect(FrameType.FRAME_TYPE_WELCOME).payload());

        var waiting = welcome.getWaiting();
        assertThat(welcome.getKind()).isEqualTo(SandboxKind.SANDBOX_KIND_PLAIN);
        assertThat(waiting.getName()).isEqualTo("python");
        assertThat(waiting.getArgvList())
                .extracting(each -> each.toStringUtf8())
                .containsExactly("python3", "main.py");
        assertThat(waiting.getEnvironmentList())
                .extracting(each -> each.toStringUtf8())
                .containsExactly("HOME=/", "LANG=C.UTF-8");
        assertThat(waiting.getMemoryWatched()).isTrue();
    }

    @Test
    void theVersionBeforeIsRefusedByName() throws Exception {
        runner.send(FrameType.FRAME_TYPE_HELLO, 0, FakeRunner.hello(1, FakeRunner.NONCE));

        assertRefused("version 1");
    }

    @Test
    void anotherVersionIsRefusedByName() throws Exception {
        runner.send(FrameType.FRAME_TYPE_HELLO, 0, FakeRunner.hello(3, FakeRunner.NONCE));

        assertRefused("version 3");
        runner.expectEnd();
    }

    @Test
    void aPeerWithoutTheNonceIsRefused() throws Exception {
        runner.send(FrameType.FRAME_TYPE_HELLO, 0, FakeRunner.hello(2, new byte[] {1, 2, 3, 5}));

        assertRefused("nonce");
    }

    @Test
    void aPeerThatSaysSomethingElseFirstIsRefused() throws Exception {
        runner.send(Frame.empty(FrameType.FRAME_TYPE_PONG, 0));

        assertRefused("PONG instead of FRAME_TYPE_HELLO");
    }

    @Test
    void aRunnerThatGivesUpIsQuotedSafely() throws Exception {
        runner.send(
                FrameType.FRAME_TYPE_FATAL,
                0,
                Fatal.newBuilder().setMessage("no \u001b[31mworkspace\n").build());

        assertRefused("no ?[31mworkspace?");
    }

    @Test
    void aRunnerThatSaysNothingIsGivenUp() throws Exception {
        runner.send(FrameType.FRAME_TYPE_HELLO, 0, FakeRunner.hello(2, FakeRunner.NONCE));
        runner.expect(FrameType.FRAME_TYPE_WELCOME);

        time.advance(Duration.ofSeconds(20));

        assertRefused("did not come up");
    }

    @Test
    void aRunnerThatGoesAwayIsToldApart() throws Exception {
        runner.close();

        assertRefused("closed the channel at once");
    }

    @Test
    void anInterruptOfTheOpenerIsCancel() throws Exception {
        runner.send(FrameType.FRAME_TYPE_HELLO, 0, FakeRunner.hello(2, FakeRunner.NONCE));
        runner.expect(FrameType.FRAME_TYPE_WELCOME);

        opener.interrupt();

        assertThatThrownBy(opening::get).hasCauseInstanceOf(InterruptedException.class);
        runner.expectEnd();
    }

    private void assertRefused(String message) {
        assertThatThrownBy(opening::get)
                .cause()
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Unavailable()));
    }
}
