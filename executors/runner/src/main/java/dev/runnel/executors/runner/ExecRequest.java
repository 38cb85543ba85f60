package dev.runnel.executors.runner;

import com.google.protobuf.ByteString;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.runner.v1.Exec;
import dev.runnel.runner.v1.RunLimits;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Turns a program into an Exec.
final class ExecRequest {
    private ExecRequest() {}

    static Exec of(Program program, ProgramDefaults defaults) throws SandboxException {
        var exec = Exec.newBuilder()
                .setWorkingDirectory(
                        ByteString.copyFromUtf8(program.workingDirectory().value()))
                .setMergeStderr(program.mergeStderr())
                .setLimits(limits(program, defaults))
                .setInitialCredit(CreditWindow.SIZE);
        program.argv().forEach(word -> exec.addArgv(ByteString.copyFromUtf8(word)));
        var environment = new TreeMap<>(defaults.environment());
        environment.putAll(program.environment());
        environment.forEach((name, value) -> exec.addEnvironment(ByteString.copyFromUtf8(name + "=" + value)));
        var message = exec.build();
        if (message.getSerializedSize() > Frame.MAX_MESSAGE) {
            throw new SandboxException(
                    new Reason.Unsupported(),
                    "the command and its environment are over " + Frame.MAX_MESSAGE
                            + " bytes: pass large data as a file or on standard input");
        }
        return message;
    }

    private static RunLimits limits(Program program, ProgramDefaults defaults) {
        var limits = program.limits();
        return RunLimits.newBuilder()
                .setWallTimeMicros(micros(limits.wallTime()))
                .setCpuTimeMicros(micros(limits.cpuTime()))
                .setOutputBytes(limits.output().bytes())
                .setDiscardOutput(limits.onOutputLimit() == OutputLimitAction.DISCARD)
                .setFileSizeBytes(limits.fileSize().bytes())
                .setProcesses(defaults.processes())
                .setWatchdogMemoryBytes(defaults.watchdogMemory().bytes())
                .setOpenFiles(defaults.openFiles())
                .build();
    }

    /// Rounded up: a positive limit never becomes none.
    private static long micros(Duration duration) {
        return Math.ceilDiv(duration.toNanos(), TimeUnit.MICROSECONDS.toNanos(1));
    }
}
