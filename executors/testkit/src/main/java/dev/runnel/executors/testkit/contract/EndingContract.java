package dev.runnel.executors.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.WaitStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How programs end, and that what they started ends with them.
interface EndingContract extends ContractFixture {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 255})
    default void anExitCodeIsReported(int code) throws Exception {
        var outcome = attempt(programs().exits(code)).run().outcome();

        assertThat(outcome.ending()).isEqualTo(new Ending.Exited());
        assertThat(outcome.status()).isEqualTo(new WaitStatus.ExitCode(code));
        assertThat(outcome.limitHits()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 9, 11, 15})
    default void aSignalIsReported(int signal) throws Exception {
        var outcome = attempt(programs().raises(signal)).run().outcome();

        assertThat(outcome.ending()).isEqualTo(new Ending.Signalled());
        assertThat(outcome.status()).isEqualTo(new WaitStatus.Signal(signal, false));
    }

    @Test
    default void aCommandThatIsNotThereIsUnsupportedAndHarmsNothing() throws Exception {
        var sandbox = open();

        assertThatThrownBy(() -> attempt(sandbox, programs().notThere()).run())
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Unsupported()));

        assertThat(attempt(sandbox, programs().exits(4)).run().outcome().status())
                .isEqualTo(new WaitStatus.ExitCode(4));
    }

    @Test
    default void aChildThatHoldsTheOutputOpenDelaysNothing() throws Exception {
        var ended = attempt(programs().leavesChild("main done")).run();

        assertThat(ended.outcome().status()).isEqualTo(new WaitStatus.ExitCode(0));
        assertThat(ended.sink().stdoutText()).isEqualTo("main done");
        assertThat(alive()).isEmpty();
    }

    @Test
    default void aDaemonInASessionOfItsOwnIsDeadWhenRunReturns() throws Exception {
        var run = attempt(programs().leavesDaemonAndWaits("two alive")).start();
        run.sink().awaitText("two alive");
        assertThat(alive()).as("what this test would see of a survivor").hasSizeGreaterThanOrEqualTo(2);

        run.cancel();

        assertThat(run.outcome().ending()).isEqualTo(new Ending.Cancelled());
        assertThat(alive()).isEmpty();
    }

    @Test
    default void aDaemonIsDeadAlsoWhenItsProgramEndedByItself() throws Exception {
        var ended = attempt(programs().leavesDaemon("daemon lives")).run();

        assertThat(ended.outcome().status()).isEqualTo(new WaitStatus.ExitCode(0));
        assertThat(ended.sink().stdoutText()).isEqualTo("daemon lives");
        assertThat(alive()).isEmpty();
    }

    @Test
    default void aProgramThatIgnoresSignalsIsKilledAtItsLimit() throws Exception {
        var ended = attempt(programs().printsAndIgnoresSignals("deaf"))
                .wallTime(Duration.ofSeconds(2))
                .run();

        assertThat(ended.outcome().ending()).isEqualTo(new Ending.WallTimeExceeded());
        assertThat(ended.sink().stdoutText()).isEqualTo("deaf");
        assertThat(alive()).isEmpty();
    }

    @Test
    default void aProgramThatStoppedItselfIsKilledAtItsLimit() throws Exception {
        var ended = attempt(programs().printsAndStops("stopped"))
                .wallTime(Duration.ofSeconds(2))
                .run();

        assertThat(ended.outcome().ending()).isEqualTo(new Ending.WallTimeExceeded());
        assertThat(ended.sink().stdoutText()).isEqualTo("stopped");
        assertThat(alive()).isEmpty();
    }

    @Test
    default void usageIsOfThisRun() throws Exception {
        var usage = attempt(programs().exits(0)).run().outcome().usage();

        assertThat(usage.wallTime()).isPositive().isLessThan(Duration.ofSeconds(30));
        assertThat(usage.stdoutBytes()).isZero();
        assertThat(usage.stdoutDropped()).isZero();
        usage.cpuUser().ifPresent(cpu -> assertThat(cpu).isLessThan(Duration.ofSeconds(30)));
        usage.peakProcesses().ifPresent(peak -> assertThat(peak).isBetween(1, 64));
    }
}
