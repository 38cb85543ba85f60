package dev.runnel.executors.runner;

import com.google.protobuf.ByteString;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.RunLimits.OutputLimitAction;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.runner.v1.Exec;
import dev.runnel.runner.v1.ProgramFile;
import dev.runnel.runner.v1.RunLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/// A program as an Exec.
///
/// @param carriesFiles whether the program's files, if any, are in the message: otherwise they must be put
///     before
record ExecRequest(Program program, long cell, Exec message, boolean carriesFiles) {
    /// A program's files are in its Exec up to so much together, which spares their round trips.
    static final int FILES_WITHIN = 256 << 10;

    /// @param cell to run in; 0 in a plain sandbox
    /// @throws SandboxException when the program can't be asked for; nothing was sent
    static ExecRequest of(Program program, ProgramDefaults defaults, long cell) throws SandboxException {
        var exec = command(program, defaults).setCell(cell).setLimits(limits(program, defaults));
        program.warm().ifPresent(warm -> {
            exec.setInterpreter(warm.interpreter());
            new TreeSet<>(warm.coldEnvironment())
                    .forEach(name -> exec.addColdEnvironment(ByteString.copyFromUtf8(name)));
        });
        var bare = exec.build();
        if (bare.getSerializedSize() > Frame.MAX_MESSAGE) {
            throw new SandboxException(
                    new Reason.Unsupported(),
                    "the command and its environment are over " + Frame.MAX_MESSAGE
                            + " bytes: pass large data as a file or on standard input");
        }
        if (filesOf(program) <= FILES_WITHIN) {
            for (var file : program.files()) {
                exec.addFiles(file(file));
            }
            var whole = exec.build();
            if (whole.getSerializedSize() <= Frame.MAX_MESSAGE) {
                return new ExecRequest(program, cell, whole, true);
            }
        }
        return new ExecRequest(program, cell, bare, false);
    }

    private static Exec.Builder command(Program program, ProgramDefaults defaults) {
        var exec = Exec.newBuilder()
                .setWorkingDirectory(
                        ByteString.copyFromUtf8(program.workingDirectory().value()))
                .setMergeStderr(program.mergeStderr())
                .setInitialCredit(CreditWindow.SIZE);
        program.argv().forEach(word -> exec.addArgv(ByteString.copyFromUtf8(word)));
        var environment = new TreeMap<>(defaults.environment());
        environment.putAll(program.environment());
        environment.forEach((name, value) -> exec.addEnvironment(ByteString.copyFromUtf8(name + "=" + value)));
        return exec;
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

    private static long filesOf(Program program) {
        return program.files().stream().mapToLong(file -> file.content().size()).sum();
    }

    private static ProgramFile file(InputFile file) throws SandboxException {
        var size = file.content().size();
        try (var source = file.content().open()) {
            var content = source.readNBytes((int) size);
            if (content.length < size) {
                throw new IOException(
                        "the content of " + file.path() + " ended after " + content.length + " of " + size);
            }
            return ProgramFile.newBuilder()
                    .setPath(ByteString.copyFromUtf8(file.path().value()))
                    .setMode(file.mode())
                    .setContent(ByteString.copyFrom(content))
                    .build();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static SandboxException unreadable(InputFile file, IOException why) {
        return new SandboxException(
                new Reason.Lost(false), "the program's file " + file.path() + " could not be read", why);
    }

    /// Whether the runner may say that a warm interpreter runs it.
    boolean mayStartWarm() {
        return program.warm().isPresent();
    }
}
