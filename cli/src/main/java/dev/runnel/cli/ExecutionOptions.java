package dev.runnel.cli;

import dev.runnel.v1.ExecutionSpec;
import dev.runnel.v1.Program;
import dev.runnel.v1.SessionSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Options of the commands that run programs, one or several of them.
final class ExecutionOptions {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Carry this folder into the workspace, and what each program changes back.")
    private Optional<Path> folder = Optional.empty();

    @Option(names = "--json", description = "One JSON object per event and per result.")
    private boolean json;

    @Option(
            names = "--fresh-interpreter",
            description = "Start the interpreter anew instead of taking one that is kept warm.")
    private boolean freshInterpreter;

    @Option(
            names = "--interpreter-flag",
            paramLabel = "FLAG",
            description = "An option of the interpreter, before the program's file: --interpreter-flag=-O; may be "
                    + "repeated.")
    private List<String> interpreterFlags = new ArrayList<>();

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Mixin
    private DaemonOptions daemon = new DaemonOptions();

    /// The folder to work on.
    ///
    /// @throws IOException when it can't be read
    Optional<LocalFolder> folder() throws IOException {
        return folder.isPresent() ? Optional.of(new LocalFolder(folder.get(), FolderLimits.DEFAULT)) : Optional.empty();
    }

    /// Whether a machine reads the output.
    boolean json() {
        return json;
    }

    DaemonOptions daemon() {
        return daemon;
    }

    /// A program with what these options say of it.
    Program program() {
        return Program.newBuilder()
                .setFreshInterpreter(freshInterpreter)
                .addAllInterpreterFlags(interpreterFlags)
                .build();
    }

    /// An execution of such a program in a sandbox of its own.
    ///
    /// @throws UsageException naming the option that can't be read
    ExecutionSpec execution() {
        return ExecutionSpec.newBuilder()
                .setProgram(program())
                .setLimits(limits.limits())
                .setMinimumIsolation(limits.isolation())
                .setExecutor(limits.executor())
                .setRequireCell(limits.requireCell())
                .setImage(limits.image())
                .addAllMounts(limits.mounts())
                .addAllDevices(limits.devices())
                .addAllHosts(limits.hosts())
                .build();
    }

    /// A session for executions of such programs.
    ///
    /// @throws UsageException naming the option that can't be read
    SessionSpec.Builder session() {
        return limits.session();
    }
}
