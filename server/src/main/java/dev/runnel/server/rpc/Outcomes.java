package dev.runnel.server.rpc;

import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.server.execution.CancelledBy;
import dev.runnel.server.execution.Result;
import dev.runnel.server.execution.SignalNames;
import dev.runnel.v1.Clock;
import dev.runnel.v1.Finished;
import dev.runnel.v1.Outcome;
import dev.runnel.v1.PhaseTimings;
import dev.runnel.v1.Usage;

/// What became of a program, into messages.
final class Outcomes {
    private Outcomes() {}

    static Finished finished(Result result) {
        var message = Finished.newBuilder().setOutcome(outcome(result)).setPhaseTimings(timings(result.timings()));
        result.usage().ifPresent(usage -> message.setUsage(usage(usage)));
        result.limitHits().stream().sorted().forEach(kind -> message.addLimitHits(Words.limitKind(kind)));
        return message.build();
    }

    private static Outcome outcome(Result result) {
        var message = Outcome.newBuilder();
        switch (result.ending()) {
            case Ending.Exited() -> message.setExited(Outcome.Exited.getDefaultInstance());
            case Ending.Signalled() -> message.setSignalled(Outcome.Signalled.getDefaultInstance());
            case Ending.WallTimeExceeded() -> message.setTimedOut(timedOut(Clock.CLOCK_WALL));
            case Ending.CpuTimeExceeded() -> message.setTimedOut(timedOut(Clock.CLOCK_CPU));
            case Ending.MemoryExceeded() -> message.setMemoryExceeded(Outcome.MemoryExceeded.getDefaultInstance());
            case Ending.OutputExceeded() -> message.setOutputExceeded(Outcome.OutputExceeded.getDefaultInstance());
            case Ending.Cancelled() ->
                message.setCancelled(Outcome.Cancelled.newBuilder().setBy(by(result)));
        }
        result.status().ifPresent(status -> {
            switch (status) {
                case WaitStatus.ExitCode(var code) -> message.setExitCode(code);
                case WaitStatus.Signal signal ->
                    message.setSignal(signal.number()).setSignalName(SignalNames.of(signal.number()));
            }
        });
        return message.build();
    }

    private static Outcome.TimedOut timedOut(Clock clock) {
        return Outcome.TimedOut.newBuilder().setClock(clock).build();
    }

    private static dev.runnel.v1.CancelledBy by(Result result) {
        return switch (result.cancelledBy().orElse(CancelledBy.OPERATOR)) {
            case CLIENT -> dev.runnel.v1.CancelledBy.CANCELLED_BY_CLIENT;
            case DISCONNECT -> dev.runnel.v1.CancelledBy.CANCELLED_BY_DISCONNECT;
            case OPERATOR -> dev.runnel.v1.CancelledBy.CANCELLED_BY_OPERATOR;
            case SHUTDOWN -> dev.runnel.v1.CancelledBy.CANCELLED_BY_SHUTDOWN;
            case SESSION_DELETED -> dev.runnel.v1.CancelledBy.CANCELLED_BY_SESSION_DELETED;
        };
    }

    private static Usage usage(dev.runnel.executors.spi.Usage usage) {
        var message = Usage.newBuilder()
                .setWallTime(ToProto.duration(usage.wallTime()))
                .setStdoutBytes(usage.stdoutBytes())
                .setStderrBytes(usage.stderrBytes())
                .setStdoutDroppedBytes(usage.stdoutDropped())
                .setStderrDroppedBytes(usage.stderrDropped());
        usage.cpuUser().ifPresent(time -> message.setCpuUserTime(ToProto.duration(time)));
        usage.cpuSystem().ifPresent(time -> message.setCpuSystemTime(ToProto.duration(time)));
        usage.peakMemory().ifPresent(size -> message.setPeakMemoryBytes(size.bytes()));
        usage.peakProcesses().ifPresent(message::setPeakProcesses);
        usage.oomKills().ifPresent(kills -> message.setOomKills((int) Math.min(kills, Integer.MAX_VALUE)));
        return message.build();
    }

    private static PhaseTimings timings(Result.PhaseTimings timings) {
        var message = PhaseTimings.newBuilder();
        timings.queue().ifPresent(time -> message.setQueue(ToProto.duration(time)));
        timings.sandbox().ifPresent(time -> message.setSandbox(ToProto.duration(time)));
        timings.run().ifPresent(time -> message.setRun(ToProto.duration(time)));
        timings.kill().ifPresent(time -> message.setKill(ToProto.duration(time)));
        timings.collect().ifPresent(time -> message.setCollect(ToProto.duration(time)));
        return message.build();
    }
}
