package dev.runnel.executors.runner;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.Usage;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.runner.v1.Exit;
import dev.runnel.runner.v1.LimitHit;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// Turns a runner's Exit into an outcome, or refuses it: no part of an outcome is ever made up.
final class ExitReport {
    private static final int LAST_SIGNAL = 64;
    private static final int LAST_EXIT_CODE = 255;

    private ExitReport() {}

    /// @param killRequested whether this daemon asked for a kill
    static Outcome outcome(Exit exit, boolean killRequested) throws ProtocolViolationException {
        var status = status(exit);
        var ending = ending(exit, status, killRequested);
        return new Outcome(ending, status, limitHits(exit, ending), usage(exit));
    }

    private static WaitStatus status(Exit exit) throws ProtocolViolationException {
        return switch (exit.getStatusCase()) {
            case EXIT_CODE -> {
                if (exit.getExitCode() < 0 || exit.getExitCode() > LAST_EXIT_CODE || exit.getCoreDumped()) {
                    throw new ProtocolViolationException("exit code " + Integer.toUnsignedString(exit.getExitCode()));
                }
                yield new WaitStatus.ExitCode(exit.getExitCode());
            }
            case SIGNAL_NUMBER -> {
                if (exit.getSignalNumber() < 1 || exit.getSignalNumber() > LAST_SIGNAL) {
                    throw new ProtocolViolationException("signal " + Integer.toUnsignedString(exit.getSignalNumber()));
                }
                yield new WaitStatus.Signal(exit.getSignalNumber(), exit.getCoreDumped());
            }
            case STATUS_NOT_SET -> throw new ProtocolViolationException("an exit without a status");
        };
    }

    private static Ending ending(Exit exit, WaitStatus status, boolean killRequested)
            throws ProtocolViolationException {
        return switch (exit.getCause()) {
            case EXIT_CAUSE_ENDED ->
                switch (status) {
                    case WaitStatus.ExitCode _ -> new Ending.Exited();
                    case WaitStatus.Signal _ -> new Ending.Signalled();
                };
            case EXIT_CAUSE_KILLED -> {
                if (!killRequested) {
                    throw new ProtocolViolationException("a kill that nobody asked for");
                }
                yield new Ending.Cancelled();
            }
            case EXIT_CAUSE_WALL_TIME -> new Ending.WallTimeExceeded();
            case EXIT_CAUSE_CPU_TIME -> new Ending.CpuTimeExceeded();
            case EXIT_CAUSE_MEMORY -> new Ending.MemoryExceeded();
            case EXIT_CAUSE_OUTPUT -> new Ending.OutputExceeded();
            case EXIT_CAUSE_UNSPECIFIED, UNRECOGNIZED ->
                throw new ProtocolViolationException("exit cause " + exit.getCauseValue());
        };
    }

    private static Set<LimitKind> limitHits(Exit exit, Ending ending) throws ProtocolViolationException {
        var hits = EnumSet.noneOf(LimitKind.class);
        for (var hit : exit.getLimitHitsList()) {
            hits.add(limit(hit));
        }
        switch (ending) {
            case Ending.WallTimeExceeded _ -> hits.add(LimitKind.WALL_TIME);
            case Ending.CpuTimeExceeded _ -> hits.add(LimitKind.CPU_TIME);
            case Ending.MemoryExceeded _ -> hits.add(LimitKind.MEMORY);
            case Ending.OutputExceeded _ -> hits.add(LimitKind.OUTPUT);
            case Ending.Exited _, Ending.Signalled _, Ending.Cancelled _ -> {}
        }
        return hits;
    }

    private static LimitKind limit(LimitHit hit) throws ProtocolViolationException {
        return switch (hit) {
            case LIMIT_HIT_MEMORY -> LimitKind.MEMORY;
            case LIMIT_HIT_PROCESSES -> LimitKind.PROCESSES;
            case LIMIT_HIT_DISK -> LimitKind.DISK;
            case LIMIT_HIT_FILE_SIZE -> LimitKind.FILE_SIZE;
            case LIMIT_HIT_OUTPUT -> LimitKind.OUTPUT;
            case LIMIT_HIT_UNSPECIFIED, UNRECOGNIZED -> throw new ProtocolViolationException("an unknown limit hit");
        };
    }

    private static Usage usage(Exit exit) throws ProtocolViolationException {
        return new Usage(
                micros(exit.getWallTimeMicros()),
                exit.hasCpuUserMicros() ? Optional.of(micros(exit.getCpuUserMicros())) : Optional.empty(),
                exit.hasCpuSystemMicros() ? Optional.of(micros(exit.getCpuSystemMicros())) : Optional.empty(),
                exit.hasPeakMemoryBytes()
                        ? Optional.of(DataSize.ofBytes(Messages.natural("peak memory", exit.getPeakMemoryBytes())))
                        : Optional.empty(),
                exit.hasPeakProcesses()
                        ? OptionalInt.of((int) Messages.natural("peak processes", exit.getPeakProcesses()))
                        : OptionalInt.empty(),
                exit.hasOomKills()
                        ? OptionalLong.of(Messages.natural("oom kills", exit.getOomKills()))
                        : OptionalLong.empty(),
                Messages.natural("stdout bytes", exit.getStdoutBytes()),
                Messages.natural("stderr bytes", exit.getStderrBytes()),
                Messages.natural("dropped stdout bytes", exit.getStdoutDroppedBytes()),
                Messages.natural("dropped stderr bytes", exit.getStderrDroppedBytes()));
    }

    private static Duration micros(long value) throws ProtocolViolationException {
        return Duration.of(Messages.natural("microseconds", value), ChronoUnit.MICROS);
    }
}
