package dev.runnel.executors.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// How an interpreter is started before its program is known, and held there.
///
/// @param command argv; `{file}` stands for the language's main file, `{warm}` for the path of [#prelude] in the
/// nursery
/// @param environment all it is started with besides what every sandbox sets; `{warm}` as above
/// @param preload modules that are imported before any program is there, at the operator's word
/// @param coldVariables variables that the interpreter or its libraries read when they start, so that a request which
///     sets one needs a cold start; a `*` at the end stands for any rest
/// @param prelude the folder on the host with what holds the interpreter; nurseries show it, and cells only for
///     [Kind#WAITING]
public record WarmInterpreter(
        Kind kind,
        List<String> command,
        Map<String, String> environment,
        List<String> preload,
        List<String> coldVariables,
        Path prelude) {
    public WarmInterpreter {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        preload = List.copyOf(preload);
        coldVariables = List.copyOf(coldVariables);
    }

    /// Whether a request that sets this variable needs a cold start.
    public boolean isCold(String variable) {
        return coldVariables.stream()
                .anyMatch(pattern -> pattern.endsWith("*")
                        ? variable.startsWith(pattern.substring(0, pattern.length() - 1))
                        : variable.equals(pattern));
    }

    /// Who waits.
    public enum Kind {
        /// One process for all programs of a nursery, which forks itself.
        FORKED,
        /// One process for each program, in the program's own cell.
        WAITING
    }
}
