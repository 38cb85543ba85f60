package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.testkit.ManualTime;
import dev.runnel.executors.testkit.RecordingSink;
import dev.runnel.runner.v1.CellFailed;
import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.OpenCell;
import dev.runnel.runner.v1.Retire;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunnerNurseryTest {
    private final ManualTime time = new ManualTime();
    private FakeRunner.Connected connected;
    private FakeRunner runner;
    private RunnerNursery nursery;

    @BeforeEach
    void open() throws Exception {
        connected = FakeRunner.connectNursery(Programs.alarms(time));
        runner = connected.runner();
        nursery = new RunnerNursery(connected.connection());
    }

    @AfterEach
    void close() {
        connected.close();
    }

    @Test
    void aCellIsAskedForWithItsLimitsAndInterpreter() throws Exception {
        var opening = Cells.opening(nursery);
        var request = runner.expect(FrameType.FRAME_TYPE_OPEN_CELL);
        var message = OpenCell.parseFrom(request.payload());

        assertThat(opening.task()).isNotDone();
        runner.send(Frame.empty(FrameType.FRAME_TYPE_CELL_OPENED, request.run()));
        assertThat(opening.get().description()).isEqualTo(Programs.DESCRIPTION);
        assertThat(message.getInterpreter()).isEqualTo("python");
        assertThat(message.getLimits().getMemoryBytes()).isEqualTo(256 << 20);
        assertThat(message.getLimits().getProcesses()).isEqualTo(64);
        assertThat(message.getLimits().getCpuMillis()).isEqualTo(1500);
        assertThat(message.getLimits().getWorkspaceBytes()).isEqualTo(32 << 20);
        assertThat(message.getLimits().getTmpBytes()).isEqualTo(16 << 20);
        assertThat(message.getLimits().getShmBytes()).isEqualTo(8 << 20);
    }

    @Test
    void anInterpreterThatIsNotKeptWarmIsNotAskedFor() throws Exception {
        Cells.opening(nursery, Optional.of("ruby"));

        var message =
                OpenCell.parseFrom(runner.expect(FrameType.FRAME_TYPE_OPEN_CELL).payload());

        assertThat(message.getInterpreter()).isEmpty();
    }

    @Test
    void aCellThatFailsIsUnavailableAndTheNurseryGoesOn() throws Exception {
        var opening = Cells.opening(nursery);
        fail(runner.expect(FrameType.FRAME_TYPE_OPEN_CELL).run());

        assertUnavailable(opening, "clone3? failed with errno 28");
        assertThat(nursery.openCells()).isZero();
        openCell();
        assertThat(nursery.openCells()).isEqualTo(1);
    }

    @Test
    void aRunnerThatOpensNothingIsLost() throws Exception {
        var opening = Cells.opening(nursery);
        runner.expect(FrameType.FRAME_TYPE_OPEN_CELL);

        time.advance(Cell.OPEN_WITHIN);

        assertUnavailable(opening, "does not open cells");
        assertThat(nursery.retired()).isTrue();
        runner.expectEnd();
    }

    @Test
    void aCellThatOpenedInTimeLeavesNoAlarm() throws Exception {
        openCell();

        time.advance(Duration.ofDays(1));

        assertThat(nursery.retired()).isFalse();
    }

    @Test
    void anInterruptWhileACellOpensLeavesNothingOfIt() throws Exception {
        var answers = List.<FrameType[]>of(
                new FrameType[] {FrameType.FRAME_TYPE_CELL_OPENED, FrameType.FRAME_TYPE_CELL_CLOSED},
                new FrameType[] {FrameType.FRAME_TYPE_CELL_CLOSED});
        for (var answer : answers) {
            var opening = Cells.opening(nursery);
            var cell = runner.expect(FrameType.FRAME_TYPE_OPEN_CELL).run();

            opening.thread().interrupt();

            assertThat(runner.expect(FrameType.FRAME_TYPE_CLOSE_CELL).run()).isEqualTo(cell);
            for (var type : answer) {
                runner.send(Frame.empty(type, cell));
            }
            assertThatThrownBy(opening::get).hasCauseInstanceOf(InterruptedException.class);
            assertThat(nursery.openCells()).isZero();
        }
        assertThat(nursery.retired()).isFalse();
    }

    @Test
    void aCellThatFailsAfterTheInterruptIsGoneToo() throws Exception {
        var opening = Cells.opening(nursery);
        var cell = runner.expect(FrameType.FRAME_TYPE_OPEN_CELL).run();
        opening.thread().interrupt();
        runner.expect(FrameType.FRAME_TYPE_CLOSE_CELL);

        fail(cell);

        assertThatThrownBy(opening::get).hasCauseInstanceOf(InterruptedException.class);
        assertThat(nursery.openCells()).isZero();
    }

    @Test
    void noMoreCellsAreOpenThanMayBe() throws Exception {
        var first = openCell();
        openCell();
        openCell();

        assertThatThrownBy(() -> Cells.opening(nursery).get())
                .cause()
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Exhausted()));
        var closing = Cells.closing(first.sandbox());
        runner.closeCell(first.number());
        closing.join();
        openCell();
    }

    @Test
    void aNurseryThatRetiresOpensNoMoreCellsAndServesThoseThatAreOpen() throws Exception {
        var cell = openCell();
        var told = new Semaphore(0);
        nursery.onRetired(told::release);
        retire();
        told.acquire();
        nursery.onRetired(told::release);
        told.acquire();

        assertThat(nursery.retired()).isTrue();
        assertUnavailable(Cells.opening(nursery), "opens no more cells");
        var run = new Run(cell.sandbox(), Programs.any(), Programs.quiet(), new RecordingSink());
        runner.exit(runner.start(), FakeRunner.exited(4, 0));
        assertThat(run.get().usage().stdoutBytes()).isZero();
        assertThat(connected.connection().isOpen()).isTrue();
    }

    @Test
    void theChannelsEndRetiresOnceAndEndsOnce() throws Exception {
        var retired = new AtomicInteger();
        var told = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var destroyed = new AtomicInteger();
        nursery.onRetired(retired::incrementAndGet);
        nursery.onRetired(told::countDown);
        nursery.onEnd(destroyed::incrementAndGet);
        nursery.onEnd(ended::countDown);
        retire();
        told.await();

        runner.close();

        ended.await();
        assertThat(nursery.retired()).isTrue();
        assertThat(retired).hasValue(1);
        assertThat(destroyed).hasValue(1);
    }

    @Test
    void theChannelsEndAloneRetires() throws Exception {
        var told = new CountDownLatch(1);
        nursery.onRetired(told::countDown);

        nursery.close();

        told.await();
        assertThat(nursery.retired()).isTrue();
        assertUnavailable(Cells.opening(nursery), "opens no more cells");
    }

    @Test
    void aPingIsAnswered() throws Exception {
        var ping = pinging();
        runner.expect(FrameType.FRAME_TYPE_PING);
        runner.send(Frame.empty(FrameType.FRAME_TYPE_PONG, 0));

        ping.get();
        time.advance(Duration.ofDays(1));
        assertThat(nursery.retired()).isFalse();
    }

    @Test
    void aRunnerThatDoesNotAnswerAPingIsLost() throws Exception {
        var ping = pinging();
        runner.expect(FrameType.FRAME_TYPE_PING);

        time.advance(Duration.ofSeconds(5));

        assertLost(ping, "does not answer a ping");
        assertThat(nursery.retired()).isTrue();
        assertLost(pinging(), "does not answer a ping");
    }

    @Test
    void anInterruptedPingStillWantsItsPong() throws Exception {
        var task = pingTask();
        var waiting = Thread.ofVirtual().start(task);
        runner.expect(FrameType.FRAME_TYPE_PING);
        waiting.interrupt();
        assertThatThrownBy(task::get).hasCauseInstanceOf(InterruptedException.class);

        runner.send(Frame.empty(FrameType.FRAME_TYPE_PONG, 0));
        var second = pinging();
        runner.expect(FrameType.FRAME_TYPE_PING);
        runner.send(Frame.empty(FrameType.FRAME_TYPE_PONG, 0));
        second.get();

        assertThat(nursery.retired()).isFalse();
    }

    @Test
    void aPlainRunnerIsNoNursery() throws Exception {
        try (var plain = FakeRunner.connect(Programs.alarms(time))) {
            assertThatThrownBy(() -> new RunnerNursery(plain.connection()))
                    .isInstanceOf(IllegalArgumentException.class);

            var ended = new CountDownLatch(1);
            plain.connection().onEnd(ended::countDown);
            plain.runner().send(FrameType.FRAME_TYPE_RETIRE, 0, Retire.getDefaultInstance());
            ended.await();
        }
    }

    @Test
    void whatMayNotComeForACellIsHostile() throws Exception {
        var mayNot = List.<Mischief>of(
                (peer, cell, _) -> peer.send(Frame.empty(FrameType.FRAME_TYPE_CELL_OPENED, cell)),
                (peer, cell, _) -> peer.send(FrameType.FRAME_TYPE_CELL_FAILED, cell, CellFailed.getDefaultInstance()),
                (peer, cell, _) -> peer.send(Frame.empty(FrameType.FRAME_TYPE_CELL_CLOSED, cell)),
                (peer, cell, _) -> peer.send(Frame.empty(FrameType.FRAME_TYPE_CLOSE_CELL, cell)),
                (peer, cell, _) -> peer.stdout(cell, "of a cell"),
                (peer, _, run) -> peer.send(Frame.empty(FrameType.FRAME_TYPE_CELL_OPENED, run)),
                (peer, _, run) -> peer.send(Frame.empty(FrameType.FRAME_TYPE_CELL_CLOSED, run)),
                (peer, _, run) -> peer.send(Frame.empty(FrameType.FRAME_TYPE_CELL_OPENED, run + 1)),
                (peer, _, _) -> peer.send(Frame.empty(FrameType.FRAME_TYPE_PONG, 0)),
                (peer, _, _) -> peer.send(Frame.empty(FrameType.FRAME_TYPE_CELL_CLOSED, 0)),
                (peer, _, _) -> {
                    peer.send(FrameType.FRAME_TYPE_RETIRE, 0, Retire.getDefaultInstance());
                    peer.send(FrameType.FRAME_TYPE_RETIRE, 0, Retire.getDefaultInstance());
                });

        for (var mischief : mayNot) {
            close();
            open();
            var cell = openCell();
            var gone = new CountDownLatch(1);
            nursery.onEnd(gone::countDown);
            var run = new Run(cell.sandbox(), Programs.any(), Programs.quiet(), new RecordingSink());
            mischief.commit(runner, cell.number(), runner.start());

            gone.await();
            run.assertLost("broke the protocol");
            runner.expectEnd();
        }
    }

    private Opened openCell() throws Exception {
        var opening = Cells.opening(nursery);
        var number = runner.openCell();
        return new Opened(opening.get(), number);
    }

    private void fail(long cell) throws Exception {
        runner.send(
                FrameType.FRAME_TYPE_CELL_FAILED,
                cell,
                CellFailed.newBuilder().setStep("clone3\n").setErrnoNumber(28).build());
    }

    private void retire() throws Exception {
        runner.send(
                FrameType.FRAME_TYPE_RETIRE,
                0,
                Retire.newBuilder().setReason("in doubt").build());
    }

    private FutureTask<Boolean> pinging() {
        var task = pingTask();
        Thread.ofVirtual().start(task);
        return task;
    }

    private FutureTask<Boolean> pingTask() {
        return new FutureTask<>(() -> {
            nursery.ping(Duration.ofSeconds(5));
            return true;
        });
    }

    private static void assertUnavailable(Cells.Opening opening, String message) {
        assertThatThrownBy(opening::get)
                .cause()
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Unavailable()));
    }

    private static void assertLost(FutureTask<?> call, String message) {
        assertThatThrownBy(call::get)
                .cause()
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Lost(false)));
    }

    /// @param number the cell's on the channel
    private record Opened(Sandbox sandbox, long number) {}

    /// Something no honest runner does while a program runs in a cell.
    private interface Mischief {
        void commit(FakeRunner peer, long cell, long run) throws Exception;
    }
}
