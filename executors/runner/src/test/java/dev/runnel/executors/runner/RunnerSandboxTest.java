package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.executors.testkit.RecordingSink;
import dev.runnel.runner.v1.Credit;
import dev.runnel.runner.v1.ExitCause;
import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.Signal;
import dev.runnel.runner.v1.StartFailed;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunnerSandboxTest extends RunnerSandboxFixture {
    @Test
    void outputComesInItsOrderAndThenTheOutcome() throws Exception {
        var run = start();
        var id = runner.start();
        runner.stdout(id, "one ");
        runner.stderr(id, "two ");
        runner.stdout(id, "three");
        runner.exit(id, FakeRunner.exited(3, 9).setStderrBytes(4));

        assertThat(run.get().ending()).isEqualTo(new Ending.Exited());
        assertThat(run.get().status()).isEqualTo(new WaitStatus.ExitCode(3));
        assertThat(sink.text()).isEqualTo("one two three");
        assertThat(sink.stderrText()).isEqualTo("two ");
    }

    @Test
    void theExecSaysEverythingAboutTheProgram() throws Exception {
        var run = start();
        var exec = runner.expectExec();
        runner.started(1);
        runner.exit(1, FakeRunner.exited(0, 0));
        run.get();

        assertThat(exec.getArgvList()).extracting(each -> each.toStringUtf8()).containsExactly("prog", "argument");
        assertThat(exec.getEnvironmentList())
                .extracting(each -> each.toStringUtf8())
                .containsExactly("HOME=/workspace", "NAME=value", "PATH=/mine");
        assertThat(exec.getInitialCredit()).isEqualTo(1 << 20);
        assertThat(exec.getLimits().getWallTimeMicros()).isEqualTo(10_000_000);
        assertThat(exec.getLimits().getOutputBytes()).isEqualTo(64 << 20);
        assertThat(exec.getLimits().getOpenFiles()).isEqualTo(100);
        assertThat(exec.getMergeStderr()).isFalse();
    }

    @Test
    void creditIsGivenBackOnlyForWhatTheSinkTook() throws Exception {
        sink.block();
        var run = start();
        var id = runner.start();
        runner.flood(id, CreditWindow.SIZE);
        sink.awaitBlocked();

        sink.unblock();

        assertThat(runner.expectCredit()).isEqualTo(CreditWindow.SIZE / 2);
        assertThat(runner.expectCredit()).isEqualTo(CreditWindow.SIZE / 2);
        runner.exit(id, FakeRunner.exited(0, CreditWindow.SIZE));
        assertThat(run.get().usage().stdoutBytes()).isEqualTo(CreditWindow.SIZE);
    }

    @Test
    void anInterruptKillsAndKeepsWhatWasWritten() throws Exception {
        var run = start();
        var id = runner.start();
        runner.stdout(id, "before");
        sink.awaitText("before");

        run.interrupt();

        runner.expect(FrameType.FRAME_TYPE_KILL);
        sink.awaitEnded();
        runner.stdout(id, " and what was left in the pipe");
        runner.exit(id, FakeRunner.killed(ExitCause.EXIT_CAUSE_KILLED, 36));
        assertThat(run.get().ending()).isEqualTo(new Ending.Cancelled());
        assertThat(sink.stdoutText()).isEqualTo("before and what was left in the pipe");
        assertThat(run.interruptedAfterwards()).isFalse();
    }

    @Test
    void anInterruptWhileTheSinkBlocksLosesNothing() throws Exception {
        sink.block();
        var run = start();
        var id = runner.start();
        runner.stdout(id, "one ");
        runner.stdout(id, "two");
        sink.awaitBlocked();

        run.interrupt();

        runner.expect(FrameType.FRAME_TYPE_KILL);
        runner.exit(id, FakeRunner.killed(ExitCause.EXIT_CAUSE_KILLED, 7));
        assertThat(run.get().ending()).isEqualTo(new Ending.Cancelled());
        assertThat(sink.stdoutText()).isEqualTo("one two");
    }

    @Test
    void aProgramThatEndedBeforeItsCancelKeepsItsOwnEnding() throws Exception {
        var run = start();
        var id = runner.start();
        sink.awaitStarted();
        run.interrupt();
        runner.expect(FrameType.FRAME_TYPE_KILL);

        runner.exit(id, FakeRunner.exited(5, 0));

        assertThat(run.get().ending()).isEqualTo(new Ending.Exited());
    }

    @Test
    void anInterruptBeforeTheStartEndsInInterruptedExceptionWhenNothingRan() throws Exception {
        var run = start();
        var exec = runner.expect(FrameType.FRAME_TYPE_EXEC);
        run.interrupt();
        runner.expect(FrameType.FRAME_TYPE_KILL);

        runner.send(
                FrameType.FRAME_TYPE_START_FAILED,
                exec.run(),
                StartFailed.newBuilder().setStep("killed").build());

        assertThatThrownBy(run::get).hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void aRunThatWasCancelledBetweenExecAndStartedIsAnOutcome() throws Exception {
        var run = start();
        var exec = runner.expect(FrameType.FRAME_TYPE_EXEC);
        run.interrupt();
        runner.expect(FrameType.FRAME_TYPE_KILL);

        runner.started(exec.run());
        runner.exit(exec.run(), FakeRunner.killed(ExitCause.EXIT_CAUSE_KILLED, 0));

        assertThat(run.get().ending()).isEqualTo(new Ending.Cancelled());
    }

    @Test
    void anExitReleasesASinkWhoseClientIsSilent() throws Exception {
        sink.block();
        var run = start();
        var id = runner.start();
        runner.stdout(id, "last words");
        sink.awaitBlocked();

        runner.exit(id, FakeRunner.killed(ExitCause.EXIT_CAUSE_WALL_TIME, 10));

        assertThat(run.get().ending()).isEqualTo(new Ending.WallTimeExceeded());
        assertThat(sink.stdoutText()).isEqualTo("last words");
    }

    @Test
    void aCommandThatIsNotThereIsUnsupportedAndTheSandboxGoesOn() throws Exception {
        var run = start();
        var exec = runner.expect(FrameType.FRAME_TYPE_EXEC);
        runner.send(
                FrameType.FRAME_TYPE_START_FAILED,
                exec.run(),
                StartFailed.newBuilder()
                        .setStep("execvp")
                        .setErrnoNumber(2)
                        .setCommandUnusable(true)
                        .build());

        assertThatThrownBy(run::get)
                .cause()
                .hasMessageContaining("prog")
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Unsupported()));
        var second = start();
        runner.exit(runner.start(), FakeRunner.exited(0, 0));
        assertThat(second.get().ending()).isEqualTo(new Ending.Exited());
        assertThat(destroyed).hasValue(0);
    }

    @Test
    void aCommandThatDoesNotFitAMessageIsRefusedBeforeAnythingIsSent() {
        assertThatThrownBy(
                        () -> sandbox.run(Programs.withArgument("x".repeat(Frame.MAX_MESSAGE)), Programs.quiet(), sink))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Unsupported()));
    }

    @Test
    void aCommandLargerThanAFrameIsCut() throws Exception {
        var run = new Run(sandbox, Programs.withArgument("x".repeat(5 * Frame.MAX_PAYLOAD)), Programs.quiet(), sink);

        var exec = runner.expectExec();
        runner.started(1);
        runner.exit(1, FakeRunner.exited(0, 0));

        assertThat(exec.getArgv(1).size()).isEqualTo(5 * Frame.MAX_PAYLOAD);
        run.get();
    }

    @Test
    void stdinIsSentWithinItsCreditAndThenItsEnd() throws Exception {
        var input = new byte[StdinCredit.INITIAL + 10];
        input[StdinCredit.INITIAL] = 42;
        var run = new Run(sandbox, Programs.any(), ProgramInput.of(input), sink);
        var id = runner.start();

        assertThat(runner.expect(FrameType.FRAME_TYPE_STDIN).payload().remaining())
                .isEqualTo(StdinCredit.INITIAL);
        runner.send(
                FrameType.FRAME_TYPE_CREDIT, id, Credit.newBuilder().setBytes(6).build());
        assertThat(runner.expect(FrameType.FRAME_TYPE_STDIN).payload())
                .isEqualTo(ByteBuffer.wrap(new byte[] {42, 0, 0, 0, 0, 0}));
        runner.send(
                FrameType.FRAME_TYPE_CREDIT,
                id,
                Credit.newBuilder().setBytes(100).build());
        assertThat(runner.expect(FrameType.FRAME_TYPE_STDIN).payload().remaining())
                .isEqualTo(4);
        runner.expect(FrameType.FRAME_TYPE_STDIN_END);
        runner.exit(id, FakeRunner.exited(0, 0));
        run.get();
    }

    @Test
    void signalsAreSentAndTheirPumpIsInterruptedAtTheEnd() throws Exception {
        var interrupted = new CountDownLatch(2);
        var input = new ProgramInput() {
            private final AtomicInteger asked = new AtomicInteger();

            @Override
            public ByteBuffer readStdin(int atMost) throws InterruptedException {
                return untilInterrupted();
            }

            @Override
            public int nextSignal() throws InterruptedException {
                if (asked.getAndIncrement() == 0) {
                    return 15;
                }
                untilInterrupted();
                return 0;
            }

            private ByteBuffer untilInterrupted() throws InterruptedException {
                try {
                    new CountDownLatch(1).await();
                    return ByteBuffer.allocate(0);
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
            }
        };
        var run = new Run(sandbox, Programs.any(), input, sink);
        var id = runner.start();

        var signal = Signal.parseFrom(runner.expect(FrameType.FRAME_TYPE_SIGNAL).payload());
        runner.exit(id, FakeRunner.exited(0, 0));

        assertThat(signal.getNumber()).isEqualTo(15);
        run.get();
        interrupted.await();
    }

    @Test
    void concurrentRunsOnOneChannelKeepApart() throws Exception {
        var otherSink = new RecordingSink();
        try (var other = sandbox()) {
            sink.block();
            var first = start();
            var firstId = runner.start();
            var second = new Run(other, Programs.any(), Programs.quiet(), otherSink);
            var secondId = runner.start();
            runner.stdout(firstId, "for the first");
            sink.awaitBlocked();
            runner.stdout(secondId, "for the second");
            runner.exit(secondId, FakeRunner.exited(2, 14));

            assertThat(second.get().status()).isEqualTo(new WaitStatus.ExitCode(2));
            assertThat(otherSink.text()).isEqualTo("for the second");
            sink.unblock();
            runner.exit(firstId, FakeRunner.exited(1, 13));
            assertThat(first.get().status()).isEqualTo(new WaitStatus.ExitCode(1));
            assertThat(sink.text()).isEqualTo("for the first");
        }
    }

    @Test
    void aSinkThatFailsKillsTheProgramAndItsFailureIsThrown() throws Exception {
        var failing = new dev.runnel.executors.spi.OutputSink() {
            @Override
            public void started() {}

            @Override
            public void output(Stream stream, ByteBuffer data) {
                throw new IllegalStateException("the sink is broken");
            }

            @Override
            public void ended() {}
        };
        var run = new Run(sandbox, Programs.any(), Programs.quiet(), failing);
        var id = runner.start();
        runner.stdout(id, "x");
        runner.expect(FrameType.FRAME_TYPE_KILL);
        runner.stdout(id, "y");
        runner.exit(id, FakeRunner.killed(ExitCause.EXIT_CAUSE_KILLED, 2));

        assertThatThrownBy(run::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .hasMessage("the sink is broken");
        assertThat(connected.connection().isOpen()).isTrue();
    }

    @Test
    void aProgramWhoseInputFailsIsNotGivenHalfOfIt() throws Exception {
        var input = new ProgramInput() {
            @Override
            public ByteBuffer readStdin(int atMost) {
                throw new IllegalStateException("the input is broken");
            }

            @Override
            public int nextSignal() throws InterruptedException {
                return Programs.quiet().nextSignal();
            }
        };
        var run = new Run(sandbox, Programs.any(), input, sink);
        runner.start();

        run.assertLost("input failed");
    }
}
