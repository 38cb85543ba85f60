package dev.runnel.server.execution;

import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.auth.Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The program as a client describes it.
///
/// @param language name or alias, as the client wrote it
/// @param file where the source goes; without one the language's usual name
/// @param files put into the workspace before the start, in this order
/// @param mergeStderr one pipe for both streams
/// @param freshInterpreter nothing but a cold start will do
/// @param interpreterFlags before the program's file; any needs a cold start
public record ProgramSpec(
        String language,
        ContentSource source,
        Optional<WorkspacePath> file,
        List<String> arguments,
        Map<String, String> environment,
        Map<String, Secret> secretEnvironment,
        List<File> files,
        WorkspacePath workingDirectory,
        boolean mergeStderr,
        Buffering buffering,
        boolean freshInterpreter,
        List<String> interpreterFlags) {
    public ProgramSpec {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        secretEnvironment = Map.copyOf(secretEnvironment);
        files = List.copyOf(files);
        interpreterFlags = List.copyOf(interpreterFlags);
    }

    /// An equal spec that does not hold on to any content.
    ProgramSpec withoutBytes() {
        return new ProgramSpec(
                language,
                source.withoutBytes(),
                file,
                arguments,
                environment,
                secretEnvironment,
                files.stream()
                        .map(each -> new File(each.path(), each.content().withoutBytes(), each.mode()))
                        .toList(),
                workingDirectory,
                mergeStderr,
                buffering,
                freshInterpreter,
                interpreterFlags);
    }

    /// A file that comes with the program.
    ///
    /// @param mode permission bits, 0400 to 0777
    public record File(WorkspacePath path, ContentSource content, int mode) {}
}
