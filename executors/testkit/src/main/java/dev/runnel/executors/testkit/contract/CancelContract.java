package dev.runnel.executors.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.WaitStatus;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// Interrupt is cancel, and close is the end.
interface CancelContract extends ContractFixture {
    @Test
    default void anInterruptEndsTheProgramAndKeepsItsOutput() throws Exception {
        var run = attempt(programs().printsAndWaits("before")).start();
        run.sink().awaitText("before");

        run.cancel();

        assertThat(run.outcome().ending()).isEqualTo(new Ending.Cancelled());
        assertThat(run.outcome().status()).isInstanceOf(WaitStatus.Signal.class);
        assertThat(run.sink().stdoutText()).isEqualTo("before");
        assertThat(run.sink().hasEnded()).isTrue();
        assertThat(run.leftItsThreadInterrupted()).isFalse();
        assertThat(alive()).isEmpty();
    }

    @Test
    default void anInterruptEndsAProgramThatIgnoresSignals() throws Exception {
        var run = attempt(programs().printsAndIgnoresSignals("deaf")).start();
        run.sink().awaitText("deaf");

        run.cancel();

        assertThat(run.outcome().ending()).isEqualTo(new Ending.Cancelled());
        assertThat(alive()).isEmpty();
    }

    @Test
    default void anInterruptEndsAProgramWhoseReaderIsSilent() throws Exception {
        var run = attempt(programs().printsAndWaits("unread")).unread().start();
        run.sink().awaitBlocked();

        run.cancel();

        assertThat(run.outcome().ending()).isEqualTo(new Ending.Cancelled());
        assertThat(run.sink().stdoutText()).isEqualTo("unread");
        assertThat(alive()).isEmpty();
    }

    @Test
    default void anInterruptBeforeTheStartRunsNothingAndHarmsNothing() throws Exception {
        var sandbox = open();
        var sink = new CountingSink();
        var program = programs().writesFile("ran.txt", "it ran");
        var thrown = new CountDownLatch(1);

        var thread = Thread.ofVirtual().start(() -> {
            Thread.currentThread().interrupt();
            try {
                sandbox.run(attempt(sandbox, program).program(), ProgramInput.none(), sink);
            } catch (InterruptedException _) {
                thrown.countDown();
            } catch (SandboxException e) {
                throw new AssertionError(e);
            }
        });
        thread.join();

        assertThat(thrown.getCount()).as("an InterruptedException came").isZero();
        var after = attempt(sandbox, programs().readsFile("ran.txt")).run();
        assertThat(after.outcome().status()).isEqualTo(new WaitStatus.ExitCode(3));
    }

    @Test
    default void anInterruptThatCameTooLateChangesNothing() throws Exception {
        var sandbox = open();
        var run = attempt(sandbox, programs().exits(5)).start();

        assertThat(run.outcome().status()).isEqualTo(new WaitStatus.ExitCode(5));
        run.cancel();

        assertThat(attempt(sandbox, programs().exits(6)).run().outcome().status())
                .isEqualTo(new WaitStatus.ExitCode(6));
    }

    @Test
    default void aSandboxGoesOnAfterACancel() throws Exception {
        var sandbox = open();
        var run = attempt(sandbox, programs().printsAndWaits("first")).start();
        run.sink().awaitText("first");
        run.cancel();
        run.outcome();

        assertThat(attempt(sandbox, programs().exits(7)).run().outcome().status())
                .isEqualTo(new WaitStatus.ExitCode(7));
    }

    @Test
    default void closingWhileAProgramRunsLosesTheRun() throws Exception {
        var sandbox = open();
        var run = attempt(sandbox, programs().printsAndWaits("running")).start();
        run.sink().awaitText("running");

        sandbox.close();

        assertThatThrownBy(run::outcome)
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Lost(true)));
        assertThat(alive()).isEmpty();
    }

    @Test
    default void closingWhileTheReaderIsSilentLosesTheRun() throws Exception {
        var sandbox = open();
        var run = attempt(sandbox, programs().floods(400_000_000)).unread().start();
        run.sink().awaitBlocked();

        sandbox.close();

        assertThatThrownBy(run::outcome).isInstanceOf(SandboxException.class);
        assertThat(alive()).isEmpty();
    }

    @Test
    default void aClosedSandboxRunsNothing() throws Exception {
        var sandbox = open();
        sandbox.close();
        sandbox.close();

        assertThatThrownBy(() -> attempt(sandbox, programs().exits(0)).run())
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Lost(false)));
    }
}
