package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.testkit.RecordingSink;
import dev.runnel.runner.v1.Credit;
import dev.runnel.runner.v1.ExitCause;
import dev.runnel.runner.v1.FrameType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Runners that are late, go away or are hostile.
@Timeout(60)
class RunnerSandboxLossTest extends RunnerSandboxFixture {
    @Test
    void aRunnerThatMissesTheWallLimitIsDestroyed() throws Exception {
        var run = start();
        runner.start();
        sink.awaitStarted();

        time.advance(Duration.ofSeconds(10).plus(RunningProgram.WALL_GRACE));

        run.assertLost("wall-time limit");
        assertThat(destroyed).hasValue(1);
    }

    @Test
    void aRunnerThatDoesNotKillIsDestroyed() throws Exception {
        sink.block();
        var run = start();
        var id = runner.start();
        runner.stdout(id, "x");
        sink.awaitBlocked();
        run.interrupt();
        runner.expect(FrameType.FRAME_TYPE_KILL);
        sink.awaitEnded();

        time.advance(RunningProgram.KILL_WITHIN);

        run.assertLost("does not kill");
        assertThat(sink.text()).isEqualTo("x");
        assertThat(destroyed).hasValue(1);
    }

    @Test
    void aRunnerThatNeverStartsTheProgramIsDestroyed() throws Exception {
        var run = start();
        runner.expect(FrameType.FRAME_TYPE_EXEC);

        time.advance(RunningProgram.START_WITHIN);

        run.assertLost("does not start programs");
    }

    @Test
    void aRunThatEndedInTimeLeavesNoAlarm() throws Exception {
        var run = start();
        runner.exit(runner.start(), FakeRunner.exited(0, 0));
        run.get();

        time.advance(Duration.ofDays(1));

        assertThat(connected.connection().isOpen()).isTrue();
    }

    @Test
    void theChannelsEndLosesTheRunAfterWhatCameBefore() throws Exception {
        var run = start();
        var id = runner.start();
        runner.stdout(id, "before the end");

        runner.close();

        run.assertLost("");
        assertThat(sink.text()).isEqualTo("before the end");
        assertThat(destroyed).hasValue(1);
    }

    @Test
    void theChannelsEndWithinAFrameLosesTheRun() throws Exception {
        var run = start();
        runner.start();
        runner.sendRaw(new byte[] {0, 0, 0, 5, 19, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 'h', 'a'});

        runner.close();

        run.assertLost("ended within a frame");
    }

    @Test
    void closingTheSandboxLosesTheRunAndDestroysOnce() throws Exception {
        sink.block();
        var run = start();
        var id = runner.start();
        runner.stdout(id, "x");
        sink.awaitBlocked();

        sandbox.close();

        run.assertLost("closed");
        sandbox.close();
        assertThat(destroyed).hasValue(1);
        runner.expectEnd();
    }

    @Test
    void aLostSandboxRunsNothingMoreAndSaysThatNothingRan() throws Exception {
        sandbox.close();

        assertThatThrownBy(() -> sandbox.run(Programs.any(), Programs.quiet(), sink))
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Lost(false)));
    }

    @Test
    void dataFarBeyondItsCreditIsHostile() throws Exception {
        sink.block();
        var run = start();
        var id = runner.start();

        runner.flood(id, CreditWindow.SIZE + (2 << 20) + Frame.MAX_PAYLOAD);

        run.assertLost("data beyond its credit");
        assertThat(destroyed).hasValue(1);
    }

    @Test
    void outputOverTheOutputLimitIsHostile() throws Exception {
        var run = new Run(sandbox, Programs.printing(1000), Programs.quiet(), sink);
        var id = runner.start();

        runner.flood(id, 1001);

        run.assertLost("output over the output limit");
    }

    @Test
    void framesThatMayNotComeAreHostile() throws Exception {
        var mayNot = List.<Mischief>of(
                (peer, _) -> peer.stdout(99, "a run that was never opened"),
                (peer, id) -> peer.started(id),
                (peer, id) -> peer.send(Frame.empty(FrameType.FRAME_TYPE_KILL, id)),
                (peer, id) -> peer.send(Frame.empty(FrameType.FRAME_TYPE_PUT_DONE, id)),
                (peer, _) -> peer.send(Frame.empty(FrameType.FRAME_TYPE_PONG, 0)),
                (peer, id) -> peer.send(
                        FrameType.FRAME_TYPE_CREDIT, id, Credit.newBuilder().build()),
                (peer, id) -> peer.exit(id, FakeRunner.exited(9999, 0)),
                (peer, id) -> peer.exit(id, FakeRunner.exited(0, 1)),
                (peer, id) -> peer.exit(id, FakeRunner.killed(ExitCause.EXIT_CAUSE_KILLED, 0)),
                (peer, id) ->
                        peer.sendRaw(new byte[] {0, 0, 0, 1, 26, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) id, (byte) 0xff}),
                (peer, _) -> peer.sendRaw(new byte[] {0, 0, 0, 1, 99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}),
                (peer, id) -> {
                    peer.exit(id, FakeRunner.exited(0, 0));
                    peer.stdout(id, "after its exit");
                });

        for (var mischief : mayNot) {
            try (var victim = FakeRunner.connect(Programs.alarms(time))) {
                var gone = new CountDownLatch(1);
                var attacked = new RunnerSandbox(
                        Programs.DESCRIPTION, victim.connection(), Programs.DEFAULTS, gone::countDown);
                var run = new Run(attacked, Programs.any(), Programs.quiet(), new RecordingSink());
                mischief.commit(victim.runner(), victim.runner().start());

                gone.await();
                victim.runner().expectEnd();
                run.join();
                assertThat(victim.connection().isOpen()).isFalse();
            }
        }
    }

    /// Something no honest runner does while a program runs.
    private interface Mischief {
        void commit(FakeRunner peer, long run) throws Exception;
    }
}
