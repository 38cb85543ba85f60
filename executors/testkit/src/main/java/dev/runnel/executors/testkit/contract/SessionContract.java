package dev.runnel.executors.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.WaitStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What one sandbox keeps between its runs, and two sandboxes keep from each other.
interface SessionContract extends ContractFixture {
    @Test
    default void theNextRunSeesTheFilesOfTheOneBefore() throws Exception {
        var sandbox = open();
        attempt(sandbox, programs().writesFile("kept.txt", "kept")).run();

        var ended = attempt(sandbox, programs().readsFile("kept.txt")).run();

        assertThat(ended.sink().stdoutText()).isEqualTo("kept");
    }

    @Test
    default void theNextRunSeesNoProcessOfTheOneBefore() throws Exception {
        var sandbox = open();
        attempt(sandbox, programs().leavesDaemon("daemon lives")).run();

        var ended = attempt(sandbox, programs().listsProcesses()).run();

        assertThat(ended.sink().stdoutText().lines().filter(line -> line.contains("main.py")))
                .as("itself, and nobody else")
                .hasSize(1);
    }

    @Test
    default void limitsAreOfTheRunThatTheyWereGivenTo() throws Exception {
        var sandbox = open();
        attempt(sandbox, programs().printsAndWaits("short"))
                .wallTime(Duration.ofSeconds(1))
                .run();

        var ended = attempt(sandbox, programs().exits(0)).run();

        assertThat(ended.outcome().ending()).isEqualTo(new Ending.Exited());
        assertThat(ended.outcome().limitHits()).isEmpty();
    }

    @Test
    default void aKillForMemoryIsNotToldTwice() throws Exception {
        requireEnforced(LimitKind.MEMORY);
        var sandbox = open();
        attempt(sandbox, programs().allocates(1L << 30)).run();

        var ended = attempt(sandbox, programs().exits(0)).run();

        assertThat(ended.outcome().limitHits()).isEmpty();
        assertThat(ended.outcome().usage().oomKills().orElse(0)).isZero();
    }

    @Test
    default void twoSandboxesShareNoFiles() throws Exception {
        var one = open();
        var other = open();
        attempt(one, programs().writesFile("secret.txt", "of the one")).run();

        var ended = attempt(other, programs().readsFile("secret.txt")).run();

        assertThat(ended.outcome().status()).isEqualTo(new WaitStatus.ExitCode(3));
    }

    @Test
    default void sandboxesRunSideBySide() throws Exception {
        var one = attempt(programs().printsAndWaits("one")).start();
        var other = attempt(programs().printsAndWaits("other")).start();
        one.sink().awaitText("one");
        other.sink().awaitText("other");

        one.cancel();

        assertThat(one.outcome().ending()).isEqualTo(new Ending.Cancelled());
        assertThat(other.sink().hasEnded()).isFalse();
        other.cancel();
        assertThat(other.outcome().ending()).isEqualTo(new Ending.Cancelled());
    }
}
