package dev.runnel.executors.docker;

import dev.runnel.executors.runner.NurserySettings;
import dev.runnel.executors.runner.ProgramDefaults;
import dev.runnel.executors.runner.WaitingInterpreter;
import dev.runnel.executors.spi.Language;
import java.util.List;
import java.util.Optional;

/// The interpreters that wait in containers for their one program.
record Interpreters(List<Language> languages) {
    /// The one that the first program of a container will probably want.
    Optional<WaitingInterpreter> waiting(Optional<String> wanted, ProgramDefaults defaults) {
        return wanted.flatMap(this::language)
                .flatMap(language -> language.warm()
                        .map(warm -> new WaitingInterpreter(
                                NurserySettings.Interpreter.of(
                                        language, warm, WarmFolders.inside(language.name()), defaults.environment(), 1),
                                defaults.watchdogMemory().bytes() > 0)));
    }

    private Optional<Language> language(String name) {
        return languages.stream().filter(known -> known.name().equals(name)).findFirst();
    }
}
