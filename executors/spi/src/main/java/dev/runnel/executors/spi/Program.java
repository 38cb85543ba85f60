package dev.runnel.executors.spi;

import java.util.List;
import java.util.Map;

/// A block made ready to run.
///
/// @param files put into the workspace before the start, the program's own source among them
/// @param argv the command; `argv[0]` is looked up on the sandbox's PATH
/// @param environment all of it: the sandbox adds only what [SandboxDescription] documents (PATH, HOME, LANG,
///     TMPDIR)
/// @param workingDirectory beneath the workspace; [WorkspacePath#ROOT] is the workspace itself
/// @param mergeStderr give stdout and stderr one pipe, so that their order is exact; all bytes are then
///     stdout's
public record Program(
        List<InputFile> files,
        List<String> argv,
        Map<String, String> environment,
        WorkspacePath workingDirectory,
        boolean mergeStderr,
        RunLimits limits) {
    public Program {
        files = List.copyOf(files);
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("a program needs a command");
        }
    }
}
