package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.ManualTime;
import dev.runnel.executors.testkit.RecordingSink;
import dev.runnel.runner.v1.Credit;
import dev.runnel.runner.v1.ExitCause;
import dev.runnel.runner.v1.FileError;
import dev.runnel.runner.v1.FileProblem;
import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.Get;
import dev.runnel.runner.v1.Listing;
import dev.runnel.runner.v1.Put;
import dev.runnel.runner.v1.StartFailed;
import dev.runnel.runner.v1.Started;
import java.io.OutputStream;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Cells as sandboxes: two on one channel.
@Timeout(60)
class CellSandboxTest {
    private static final WorkspacePath PATH = WorkspacePath.of("data.bin");

    private final ManualTime time = new ManualTime();
    private final AtomicInteger destroyed = new AtomicInteger();
    private final RecordingSink sink = new RecordingSink();
    private final RecordingSink otherSink = new RecordingSink();
    private FakeRunner.Connected connected;
    private FakeRunner runner;
    private RunnerNursery nursery;
    private Sandbox sandbox;
    private long cell;
    private Sandbox other;
    private long otherCell;

    @BeforeEach
    void open() throws Exception {
        connected = FakeRunner.connectNursery(Programs.alarms(time));
        runner = connected.runner();
        nursery = new RunnerNursery(connected.connection());
        nursery.onEnd(destroyed::incrementAndGet);
        var opening = Cells.opening(nursery);
        cell = runner.openCell();
        sandbox = opening.get();
        var otherOpening = Cells.opening(nursery);
        otherCell = runner.openCell();
        other = otherOpening.get();
    }

    @AfterEach
    void close() {
        connected.close();
    }

    @Test
    void aProgramIsStartedInItsCell() throws Exception {
        var run = start(other, otherSink);
        var exec = runner.expectExec();
        runner.started(3);
        runner.exit(3, FakeRunner.exited(0, 0));

        run.get();
        assertThat(exec.getCell()).isEqualTo(otherCell).isNotEqualTo(cell);
        assertThat(exec.getInterpreter()).isEmpty();
    }

    @Test
    void aWarmStartIsAskedForAndCounted() throws Exception {
        var program = Programs.warm("python", "RUNNEL_COLD", "PYTHONPATH");
        var warm = new Run(sandbox, program, Programs.quiet(), sink);
        var exec = runner.expectExec();
        runner.send(
                FrameType.FRAME_TYPE_STARTED,
                3,
                Started.newBuilder().setPid(2).setWarm(true).build());
        runner.exit(3, FakeRunner.exited(0, 0));
        warm.get();
        var cold = new Run(sandbox, program, Programs.quiet(), otherSink);
        runner.exit(runner.start(), FakeRunner.exited(0, 0));
        cold.get();

        assertThat(exec.getInterpreter()).isEqualTo("python");
        assertThat(exec.getColdEnvironmentList())
                .extracting(each -> each.toStringUtf8())
                .containsExactly("PYTHONPATH", "RUNNEL_COLD");
        assertThat(nursery.warmStarts()).isEqualTo(1);
        assertThat(nursery.coldStarts()).isEqualTo(1);
    }

    @Test
    void aWarmStartThatNobodyAskedForIsHostile() throws Exception {
        var run = start(sandbox, sink);
        var id = runner.expect(FrameType.FRAME_TYPE_EXEC).run();

        runner.send(
                FrameType.FRAME_TYPE_STARTED,
                id,
                Started.newBuilder().setPid(2).setWarm(true).build());

        run.assertLost("a warm start that nobody asked for");
    }

    @Test
    void theProgramsOfTwoCellsHaveCreditOfTheirOwn() throws Exception {
        sink.block();
        var run = start(sandbox, sink);
        var id = runner.start();
        var otherRun = start(other, otherSink);
        var otherId = runner.start();
        runner.flood(id, CreditWindow.SIZE);
        sink.awaitBlocked();

        runner.flood(otherId, CreditWindow.SIZE / 2);

        assertThat(takeCredit()).isEqualTo(otherId);
        runner.stdout(otherId, "more");
        runner.exit(otherId, FakeRunner.exited(2, CreditWindow.SIZE / 2 + 4));
        assertThat(otherRun.get().status()).isEqualTo(new WaitStatus.ExitCode(2));
        sink.unblock();
        assertThat(takeCredit()).isEqualTo(id);
        assertThat(takeCredit()).isEqualTo(id);
        runner.exit(id, FakeRunner.exited(1, CreditWindow.SIZE));
        assertThat(run.get().status()).isEqualTo(new WaitStatus.ExitCode(1));
        assertThat(sink.stdout()).hasSize(CreditWindow.SIZE);
    }

    @Test
    void filesAreMovedInTheirCell() throws Exception {
        var put = background(() -> {
            other.workspace().put(Programs.file("data.bin", new byte[0]));
            return true;
        });
        var putRequest = runner.expect(FrameType.FRAME_TYPE_PUT);
        runner.send(Frame.empty(FrameType.FRAME_TYPE_PUT_DONE, putRequest.run()));
        put.get();
        var get = getting(other);
        var getRequest = runner.expect(FrameType.FRAME_TYPE_GET);
        fail(getRequest.run(), FileProblem.FILE_PROBLEM_NOT_FOUND);
        assertThatThrownBy(get::get).hasCauseInstanceOf(SandboxException.class);
        var list = background(() -> other.workspace().list(WorkspacePath.ROOT, 1));
        var listRequest = runner.expect(FrameType.FRAME_TYPE_LIST);
        runner.send(FrameType.FRAME_TYPE_LISTING, listRequest.run(), Listing.getDefaultInstance());
        list.get();

        assertThat(Put.parseFrom(putRequest.payload()).getCell()).isEqualTo(otherCell);
        assertThat(Get.parseFrom(getRequest.payload()).getCell()).isEqualTo(otherCell);
        assertThat(dev.runnel.runner.v1.List.parseFrom(listRequest.payload()).getCell())
                .isEqualTo(otherCell);
    }

    @Test
    void aCellThatCouldNotBeHadIsUnavailableAndNothingRan() throws Exception {
        var run = start(sandbox, sink);
        runner.startFailed(
                runner.expect(FrameType.FRAME_TYPE_EXEC).run(),
                StartFailed.newBuilder().setStep("cell").setErrnoNumber(12));
        assertThatThrownBy(run::get)
                .cause()
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Unavailable()));
        var get = getting(sandbox);
        fail(runner.expect(FrameType.FRAME_TYPE_GET).run(), FileProblem.FILE_PROBLEM_NO_CELL);
        assertThatThrownBy(get::get)
                .cause()
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Unavailable()));

        assertThat(nursery.retired()).isFalse();
    }

    @Test
    void closingACellWhileItsProgramRunsLosesThatRunAlone() throws Exception {
        var run = start(sandbox, sink);
        var id = runner.start();
        var otherRun = start(other, otherSink);
        var otherId = runner.start();
        runner.stdout(id, "before");
        sink.awaitText("before");

        var closing = Cells.closing(sandbox);

        assertThat(runner.expect(FrameType.FRAME_TYPE_CLOSE_CELL).run()).isEqualTo(cell);
        sink.awaitEnded();
        runner.stdout(id, " and what was left");
        runner.exit(id, FakeRunner.killed(ExitCause.EXIT_CAUSE_KILLED, 24));
        run.assertLost("it was closed");
        assertThat(closing.isAlive()).isTrue();
        runner.send(Frame.empty(FrameType.FRAME_TYPE_CELL_CLOSED, cell));
        closing.join();
        assertThat(sink.stdoutText()).isEqualTo("before and what was left");
        runner.exit(otherId, FakeRunner.exited(0, 0));
        assertThat(otherRun.get().ending()).isEqualTo(new Ending.Exited());
        assertThat(nursery.openCells()).isEqualTo(1);
        assertThat(destroyed).hasValue(0);
    }

    @Test
    void closingACellWhoseReaderIsSilentEndsItsRun() throws Exception {
        sink.block();
        var run = start(sandbox, sink);
        var id = runner.start();
        runner.stdout(id, "unread");
        sink.awaitBlocked();

        var closing = Cells.closing(sandbox);

        runner.expect(FrameType.FRAME_TYPE_CLOSE_CELL);
        runner.exit(id, FakeRunner.exited(0, 6));
        runner.send(Frame.empty(FrameType.FRAME_TYPE_CELL_CLOSED, cell));
        closing.join();
        run.assertLost("it was closed");
    }

    @Test
    void closingACellBeforeItsProgramStartedSaysThatNothingRan() throws Exception {
        var run = start(sandbox, sink);
        var id = runner.expect(FrameType.FRAME_TYPE_EXEC).run();
        var closing = Cells.closing(sandbox);
        runner.expect(FrameType.FRAME_TYPE_CLOSE_CELL);

        runner.startFailed(id, StartFailed.newBuilder().setStep("cell"));
        runner.send(Frame.empty(FrameType.FRAME_TYPE_CELL_CLOSED, cell));

        closing.join();
        assertNothingRan(run);
    }

    @Test
    void closingACellDropsItsTransfers() throws Exception {
        var get = getting(sandbox);
        var id = runner.expect(FrameType.FRAME_TYPE_GET).run();
        var closing = Cells.closing(sandbox);

        runner.closeCell(cell);

        closing.join();
        assertThatThrownBy(get::get)
                .cause()
                .hasMessageContaining("it was closed")
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Lost(false)));
        fail(id, FileProblem.FILE_PROBLEM_NOT_FOUND);
        runner.expectEnd();
        assertThat(connected.connection().isOpen()).isFalse();
    }

    @Test
    void aClosedCellRunsNothingAndIsClosedOnce() throws Exception {
        var closing = Cells.closing(sandbox);
        var again = Cells.closing(sandbox);
        runner.closeCell(cell);
        closing.join();
        again.join();

        sandbox.close();

        assertNothingRan(start(sandbox, sink));
        var otherRun = start(other, otherSink);
        runner.exit(runner.start(), FakeRunner.exited(0, 0));
        otherRun.get();
    }

    @Test
    void anInterruptDoesNotShortenAClose() throws Exception {
        var closing = new FutureTask<>(() -> {
            Thread.currentThread().interrupt();
            sandbox.close();
            return Thread.interrupted();
        });
        Thread.ofVirtual().start(closing);
        runner.expect(FrameType.FRAME_TYPE_CLOSE_CELL);
        assertThat(nursery.openCells()).isEqualTo(2);

        runner.send(Frame.empty(FrameType.FRAME_TYPE_CELL_CLOSED, cell));

        assertThat(closing.get()).isTrue();
        assertThat(nursery.openCells()).isEqualTo(1);
    }

    @Test
    void aRunnerThatDoesNotCloseACellLosesTheNursery() throws Exception {
        var otherRun = start(other, otherSink);
        runner.start();
        otherSink.awaitStarted();
        var closing = Cells.closing(sandbox);
        runner.expect(FrameType.FRAME_TYPE_CLOSE_CELL);

        time.advance(Cell.CLOSE_WITHIN);

        closing.join();
        otherRun.assertLost("does not close cells");
        assertThat(nursery.openCells()).isZero();
        assertThat(destroyed).hasValue(1);
    }

    @Test
    void aCellThatClosesBeforeItsProgramsEndIsHostile() throws Exception {
        var run = start(sandbox, sink);
        runner.start();
        var closing = Cells.closing(sandbox);
        runner.closeCell(cell);

        closing.join();
        run.assertLost("before the end of its program");
        runner.expectEnd();
    }

    @Test
    void theChannelsEndLosesEveryCellsRunAfterTheNurseryIsDestroyed() throws Exception {
        var run = start(sandbox, sink);
        runner.start();
        var otherRun = start(other, otherSink);
        var otherId = runner.start();
        runner.stdout(otherId, "last words");

        runner.close();

        run.assertLost("");
        otherRun.assertLost("");
        assertThat(destroyed).hasValue(1);
        assertThat(otherSink.text()).isEqualTo("last words");
        assertThat(sink.hasEnded()).isTrue();
        sandbox.close();
        other.close();
        assertThat(nursery.openCells()).isZero();
    }

    private static Run start(Sandbox sandbox, RecordingSink sink) {
        return new Run(sandbox, Programs.any(), Programs.quiet(), sink);
    }

    /// The run that got the next credit, of half a window.
    private long takeCredit() throws Exception {
        var frame = runner.expect(FrameType.FRAME_TYPE_CREDIT);
        assertThat(Credit.parseFrom(frame.payload()).getBytes()).isEqualTo(CreditWindow.SIZE / 2);
        return frame.run();
    }

    private void fail(long run, FileProblem problem) throws Exception {
        runner.send(
                FrameType.FRAME_TYPE_FILE_ERROR,
                run,
                FileError.newBuilder().setProblem(problem).build());
    }

    private static FutureTask<?> getting(Sandbox from) {
        return background(() -> from.workspace().get(PATH, DataSize.ofMebibytes(1), OutputStream.nullOutputStream()));
    }

    private static <T> FutureTask<T> background(Callable<T> call) {
        var task = new FutureTask<>(call);
        Thread.ofVirtual().start(task);
        return task;
    }

    private static void assertNothingRan(Run run) {
        assertThatThrownBy(run::get)
                .cause()
                .hasMessageContaining("it was closed")
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Lost(false)));
    }
}
