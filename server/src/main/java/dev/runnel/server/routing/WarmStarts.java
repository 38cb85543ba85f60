package dev.runnel.server.routing;

import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.Program.WarmStart;
import dev.runnel.executors.spi.WarmInterpreter;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.execution.Buffering;
import dev.runnel.server.execution.ProgramSpec;
import java.util.Optional;
import java.util.stream.Stream;

/// Tells which programs an interpreter that has started already may run: those that could not tell the difference.
///
/// It was started with its usual command in the workspace, with the variables that its language names and no others,
/// and with its output buffered by line.
final class WarmStarts {
    private WarmStarts() {}

    /// How it may run this one; absent when only a cold start will do.
    ///
    /// @param file where the source goes
    static Optional<WarmStart> of(Language language, ProgramSpec spec, WorkspacePath file) {
        return language.warm()
                .filter(_ -> !spec.freshInterpreter() && spec.interpreterFlags().isEmpty())
                .filter(_ -> spec.workingDirectory().isRoot() && file.value().equals(language.mainFile()))
                .filter(_ -> spec.buffering() == Buffering.LINE)
                .filter(warm -> hasItsPipes(warm, spec))
                .filter(warm -> variables(spec).noneMatch(name -> isCold(name, warm, language)))
                .map(_ -> new WarmStart(language.name(), language.environment().keySet()));
    }

    /// One that waits in its cell has its standard streams already, a pipe each.
    private static boolean hasItsPipes(WarmInterpreter warm, ProgramSpec spec) {
        return switch (warm.kind()) {
            case FORKED -> true;
            case WAITING -> !spec.mergeStderr();
        };
    }

    /// A variable that the language sets as well is cold too: a cold start joins the two values or lets the request's
    /// win, and a warm one never sees the language's.
    private static boolean isCold(String name, WarmInterpreter warm, Language language) {
        return warm.isCold(name) || language.environment().containsKey(name);
    }

    private static Stream<String> variables(ProgramSpec spec) {
        return Stream.concat(spec.environment().keySet().stream(), spec.secretEnvironment().keySet().stream());
    }
}
