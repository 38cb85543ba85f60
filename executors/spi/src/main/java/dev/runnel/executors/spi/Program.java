package dev.runnel.executors.spi;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A block made ready to run.
///
/// @param files put into the workspace before the start, the program's own source among them
/// @param argv the command; `argv[0]` is looked up on the sandbox's PATH
/// @param environment all of it: the sandbox adds only what [SandboxDescription] documents (PATH, HOME, LANG,
///     TMPDIR)
/// @param workingDirectory beneath the workspace; [WorkspacePath#ROOT] is the workspace itself
/// @param mergeStderr give stdout and stderr one pipe, so that their order is exact; all bytes are then
///     stdout's
/// @param warm how an interpreter that has started already may run it; without, only a cold start of `argv` will do
public record Program(
        List<InputFile> files,
        List<String> argv,
        Map<String, String> environment,
        WorkspacePath workingDirectory,
        boolean mergeStderr,
        RunLimits limits,
        Optional<WarmStart> warm) {
    public Program {
        files = List.copyOf(files);
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
        if (argv.isEmpty()) {
            throw new IllegalArgumentException("a program needs a command");
        }
    }

    /// A program that only a cold start will do for.
    public Program(
            List<InputFile> files,
            List<String> argv,
            Map<String, String> environment,
            WorkspacePath workingDirectory,
            boolean mergeStderr,
            RunLimits limits) {
        this(files, argv, environment, workingDirectory, mergeStderr, limits, Optional.empty());
    }

    /// How a warm interpreter runs a program: as a cold start of its `argv` would have, but sooner. A sandbox that has
    /// none starts cold, and nobody can tell but by the time.
    ///
    /// @param interpreter the name of its language
    /// @param coldEnvironment names in the program's environment that only a cold start needs
    public record WarmStart(String interpreter, Set<String> coldEnvironment) {
        public WarmStart {
            coldEnvironment = Set.copyOf(coldEnvironment);
        }
    }
}
