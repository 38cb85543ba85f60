package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.runner.v1.Exit;
import dev.runnel.runner.v1.ExitCause;
import dev.runnel.runner.v1.LimitHit;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExitReportTest {
    @Test
    void everyCauseHasItsEnding() throws Exception {
        var endings = Map.of(
                ExitCause.EXIT_CAUSE_ENDED, new Ending.Signalled(),
                ExitCause.EXIT_CAUSE_KILLED, new Ending.Cancelled(),
                ExitCause.EXIT_CAUSE_WALL_TIME, new Ending.WallTimeExceeded(),
                ExitCause.EXIT_CAUSE_CPU_TIME, new Ending.CpuTimeExceeded(),
                ExitCause.EXIT_CAUSE_MEMORY, new Ending.MemoryExceeded(),
                ExitCause.EXIT_CAUSE_OUTPUT, new Ending.OutputExceeded());

        for (var expected : endings.entrySet()) {
            var exit = Exit.newBuilder().setCause(expected.getKey()).setSignalNumber(9);
            assertThat(ExitReport.outcome(exit.build(), true).ending()).isEqualTo(expected.getValue());
        }
    }

    @Test
    void anEndByItselfIsToldByItsStatus() throws Exception {
        var exited = ExitReport.outcome(ended().setExitCode(255).build(), false);
        var dumped = ExitReport.outcome(
                ended().setSignalNumber(11).setCoreDumped(true).build(), false);

        assertThat(exited.ending()).isEqualTo(new Ending.Exited());
        assertThat(exited.status()).isEqualTo(new WaitStatus.ExitCode(255));
        assertThat(dumped.ending()).isEqualTo(new Ending.Signalled());
        assertThat(dumped.status()).isEqualTo(new WaitStatus.Signal(11, true));
    }

    @Test
    void whatWasNotMeasuredIsAbsent() throws Exception {
        var usage = ExitReport.outcome(ended().setExitCode(0).build(), false).usage();

        assertThat(usage.cpuUser()).isEmpty();
        assertThat(usage.cpuSystem()).isEmpty();
        assertThat(usage.peakMemory()).isEmpty();
        assertThat(usage.peakProcesses()).isEmpty();
        assertThat(usage.oomKills()).isEmpty();
    }

    @Test
    void everyMeasurementFindsItsPlace() throws Exception {
        var usage = ExitReport.outcome(
                        ended().setExitCode(0)
                                .setWallTimeMicros(1)
                                .setCpuUserMicros(2)
                                .setCpuSystemMicros(3)
                                .setPeakMemoryBytes(4)
                                .setPeakProcesses(5)
                                .setOomKills(6)
                                .setStdoutBytes(7)
                                .setStderrBytes(8)
                                .setStdoutDroppedBytes(9)
                                .setStderrDroppedBytes(10)
                                .build(),
                        false)
                .usage();

        assertThat(usage.wallTime()).isEqualTo(Duration.ofNanos(1_000));
        assertThat(usage.cpuUser()).contains(Duration.ofNanos(2_000));
        assertThat(usage.cpuSystem()).contains(Duration.ofNanos(3_000));
        assertThat(usage.peakMemory()).contains(DataSize.ofBytes(4));
        assertThat(usage.peakProcesses()).hasValue(5);
        assertThat(usage.oomKills()).hasValue(6);
        assertThat(usage.stdoutBytes()).isEqualTo(7);
        assertThat(usage.stderrBytes()).isEqualTo(8);
        assertThat(usage.stdoutDropped()).isEqualTo(9);
        assertThat(usage.stderrDropped()).isEqualTo(10);
    }

    @Test
    void limitHitsAreThoseNoticedAndTheOneThatEnded() throws Exception {
        var outcome = ExitReport.outcome(
                Exit.newBuilder()
                        .setCause(ExitCause.EXIT_CAUSE_WALL_TIME)
                        .setSignalNumber(9)
                        .addLimitHits(LimitHit.LIMIT_HIT_MEMORY)
                        .addLimitHits(LimitHit.LIMIT_HIT_PROCESSES)
                        .addLimitHits(LimitHit.LIMIT_HIT_DISK)
                        .addLimitHits(LimitHit.LIMIT_HIT_FILE_SIZE)
                        .addLimitHits(LimitHit.LIMIT_HIT_OUTPUT)
                        .addLimitHits(LimitHit.LIMIT_HIT_OUTPUT)
                        .build(),
                false);

        assertThat(outcome.limitHits())
                .containsExactlyInAnyOrder(
                        LimitKind.WALL_TIME,
                        LimitKind.MEMORY,
                        LimitKind.PROCESSES,
                        LimitKind.DISK,
                        LimitKind.FILE_SIZE,
                        LimitKind.OUTPUT);
    }

    @Test
    void nothingAboutAnOutcomeIsMadeUp() {
        assertRefused(ended().setExitCode(9999));
        assertRefused(ended().setExitCode(256));
        assertRefused(ended().setExitCode(-1));
        assertRefused(ended().setExitCode(0).setCoreDumped(true));
        assertRefused(ended().setSignalNumber(0));
        assertRefused(ended().setSignalNumber(65));
        assertRefused(ended());
        assertRefused(ended().setExitCode(0).setCause(ExitCause.EXIT_CAUSE_UNSPECIFIED));
        assertRefused(ended().setExitCode(0).setCauseValue(77));
        assertRefused(ended().setSignalNumber(9).setCause(ExitCause.EXIT_CAUSE_KILLED));
        assertRefused(ended().setExitCode(0).addLimitHits(LimitHit.LIMIT_HIT_UNSPECIFIED));
        assertRefused(ended().setExitCode(0).addLimitHitsValue(77));
        assertRefused(ended().setExitCode(0).setWallTimeMicros(-1));
        assertRefused(ended().setExitCode(0).setCpuUserMicros(-1));
        assertRefused(ended().setExitCode(0).setPeakMemoryBytes(-1));
        assertRefused(ended().setExitCode(0).setPeakProcesses(-1));
        assertRefused(ended().setExitCode(0).setOomKills(-1));
        assertRefused(ended().setExitCode(0).setStdoutDroppedBytes(-1));
    }

    private static Exit.Builder ended() {
        return Exit.newBuilder().setCause(ExitCause.EXIT_CAUSE_ENDED);
    }

    private static void assertRefused(Exit.Builder exit) {
        assertThatThrownBy(() -> ExitReport.outcome(exit.build(), false))
                .isInstanceOf(ProtocolViolationException.class);
    }
}
