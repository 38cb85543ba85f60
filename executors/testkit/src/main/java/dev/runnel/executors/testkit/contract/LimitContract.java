package dev.runnel.executors.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.executors.spi.WaitStatus;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// Each limit ends or confines the program, is told, and harms nobody else.
interface LimitContract extends ContractFixture {
    @Test
    default void wallTimeEndsAProgramAndKeepsItsOutput() throws Exception {
        var ended = attempt(programs().printsAndWaits("before"))
                .wallTime(Duration.ofSeconds(2))
                .run();

        assertThat(ended.outcome().ending()).isEqualTo(new Ending.WallTimeExceeded());
        assertThat(ended.outcome().limitHits()).contains(LimitKind.WALL_TIME);
        assertThat(ended.outcome().usage().wallTime()).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        assertThat(ended.sink().stdoutText()).isEqualTo("before");
        assertThat(alive()).isEmpty();
    }

    @Test
    default void wallTimeEndsAProgramWhoseReaderIsSilent() throws Exception {
        var run = attempt(programs().floods(400_000_000))
                .wallTime(Duration.ofSeconds(2))
                .unread()
                .start();

        assertThat(run.outcome().ending()).isEqualTo(new Ending.WallTimeExceeded());
        assertThat(run.sink().stdout().length).isPositive();
    }

    @Test
    default void cpuTimeEndsAProgram() throws Exception {
        requireEnforced(LimitKind.CPU_TIME);

        var outcome = attempt(programs().burnsCpu())
                .cpuTime(Duration.ofSeconds(1))
                .run()
                .outcome();

        assertThat(outcome.ending()).isEqualTo(new Ending.CpuTimeExceeded());
        assertThat(outcome.limitHits()).contains(LimitKind.CPU_TIME);
    }

    @Test
    default void memoryEndsAProgramAndSparesTheNext() throws Exception {
        requireEnforced(LimitKind.MEMORY);
        var sandbox = open();

        var ended = attempt(sandbox, programs().allocates(1L << 30)).run();

        assertThat(ended.outcome().ending()).isEqualTo(new Ending.MemoryExceeded());
        assertThat(ended.outcome().limitHits()).contains(LimitKind.MEMORY);
        assertThat(ended.sink().stdoutText()).isEmpty();
        assertThat(attempt(sandbox, programs().exits(0)).run().outcome().ending())
                .isEqualTo(new Ending.Exited());
    }

    @Test
    default void memoryBelowTheLimitIsThere() throws Exception {
        var ended = attempt(programs().allocates(128L << 20)).run();

        assertThat(ended.sink().stdoutText()).isEqualTo("done");
        assertThat(ended.outcome().limitHits()).isEmpty();
    }

    @Test
    default void aChildKilledForMemoryIsToldWhileTheProgramGoesOn() throws Exception {
        requireEnforced(LimitKind.MEMORY);
        Assumptions.assumeTrue(
                mechanism(LimitKind.MEMORY) != Mechanism.WATCHDOG, "a watchdog ends the whole tree for its memory");

        var ended = attempt(programs().childAllocates(1L << 30)).run();

        assertThat(ended.outcome().ending()).isEqualTo(new Ending.Exited());
        assertThat(ended.outcome().limitHits()).contains(LimitKind.MEMORY);
        assertThat(ended.sink().stdoutText()).isEqualTo("child gone");
    }

    @Test
    default void outputEndsAProgramAtTheLastByteAllowed() throws Exception {
        var ended = attempt(programs().floods(3_000_000))
                .output(DataSize.ofBytes(1_000_001), OutputLimitAction.KILL)
                .run();

        assertThat(ended.outcome().ending()).isEqualTo(new Ending.OutputExceeded());
        assertThat(ended.outcome().limitHits()).contains(LimitKind.OUTPUT);
        assertThat(ended.sink().stdout()).hasSize(1_000_001);
    }

    @Test
    default void outputUpToTheLimitIsNoExcess() throws Exception {
        var ended = attempt(programs().floods(1_000_000))
                .output(DataSize.ofBytes(1_000_000), OutputLimitAction.KILL)
                .run();

        assertThat(ended.outcome().ending()).isEqualTo(new Ending.Exited());
        assertThat(ended.outcome().limitHits()).isEmpty();
        assertThat(ended.sink().stdout()).hasSize(1_000_000);
    }

    @Test
    default void outputOverTheLimitIsDroppedAndCountedWhereThatWasAsked() throws Exception {
        var ended = attempt(programs().floods(3_000_000))
                .output(DataSize.ofBytes(1_000_001), OutputLimitAction.DISCARD)
                .run();

        assertThat(ended.outcome().status()).isEqualTo(new WaitStatus.ExitCode(0));
        assertThat(ended.outcome().limitHits()).contains(LimitKind.OUTPUT);
        assertThat(ended.sink().stdout()).hasSize(1_000_001);
        assertThat(ended.outcome().usage().stdoutBytes()).isEqualTo(1_000_001);
        assertThat(ended.outcome().usage().stdoutDropped()).isEqualTo(1_999_999);
    }

    @Test
    default void processesAreRefusedAndTheProgramGoesOn() throws Exception {
        requireEnforced(LimitKind.PROCESSES);
        var sandbox = open();

        var ended = attempt(sandbox, programs().forks(200)).run();

        assertThat(ended.outcome().ending()).isEqualTo(new Ending.Exited());
        if (mechanism(LimitKind.PROCESSES) != Mechanism.RLIMIT) { // which tells nobody but the program
            assertThat(ended.outcome().limitHits()).contains(LimitKind.PROCESSES);
        }
        var started = Integer.parseInt(ended.sink().stdoutText().substring("started ".length()));
        assertThat(started).isBetween(20, 63);
        assertThat(alive()).isEmpty();
        assertThat(attempt(sandbox, programs().forks(5)).run().sink().stdoutText())
                .isEqualTo("started 5");
    }

    @Test
    default void diskIsRefusedAndTheProgramGoesOn() throws Exception {
        requireEnforced(LimitKind.DISK);

        var ended = attempt(programs().fills("big.bin", 100 << 20)).run();

        assertThat(ended.outcome().status()).isEqualTo(new WaitStatus.ExitCode(0));
        assertThat(ended.outcome().limitHits()).contains(LimitKind.DISK);
        assertThat(Long.parseLong(ended.sink().stdoutText().substring("wrote ".length())))
                .isLessThanOrEqualTo(64 << 20);
    }

    @Test
    default void aFileOverItsSizeEndsAProgramThatDoesNotHandleIt() throws Exception {
        requireEnforced(LimitKind.FILE_SIZE);

        var outcome = attempt(programs().growsFile("big.bin", 20 << 20))
                .fileSize(DataSize.ofMebibytes(4))
                .run()
                .outcome();

        assertThat(outcome.ending()).isEqualTo(new Ending.Signalled());
        assertThat(outcome.limitHits()).contains(LimitKind.FILE_SIZE);
    }

    @Test
    default void aFileUpToItsSizeIsWritten() throws Exception {
        var ended = attempt(programs().fills("big.bin", 4 << 20))
                .fileSize(DataSize.ofMebibytes(4))
                .run();

        assertThat(ended.sink().stdoutText()).isEqualTo("wrote " + (4 << 20));
    }
}
