package dev.runnel.server.routing;

import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A language.yaml as it is written; docs/extending/languages.md says what the keys mean.
record LanguageFile(
        String name,
        @Default("[]") List<String> aliases,
        String mainFile,
        List<String> command,
        List<String> version,
        @Default("{}") Map<String, String> environment,
        Optional<String> prelude,
        Optional<String> image) {
    /// What the contract lets a program's language be.
    private static final String NAME = "[a-z0-9][a-z0-9+#._-]{0,63}";

    LanguageFile {
        name("name", name);
        aliases.forEach(alias -> name("aliases", alias));
        try {
            var _ = WorkspacePath.of(mainFile);
        } catch (IllegalArgumentException e) {
            throw new InvalidKeyException("main_file", String.valueOf(e.getMessage()));
        }
        InvalidKeyException.unless(
                command.stream().anyMatch(word -> word.contains("{file}")),
                "command",
                "must say where the program's file goes: {file}");
        InvalidKeyException.unless(!version.isEmpty(), "version", "must be a command that prints the version");
        for (var variable : environment.keySet()) {
            InvalidKeyException.unless(
                    variable.matches("[A-Za-z_][A-Za-z0-9_]{0,255}"),
                    "environment",
                    "not a variable: '" + variable + "'");
        }
        if (prelude.isPresent()) {
            InvalidKeyException.unless(
                    prelude.get().matches("[A-Za-z0-9._-]+") && !prelude.get().startsWith("."),
                    "prelude",
                    "must be the name of a folder beside this file");
        }
    }

    private static void name(String key, String name) {
        InvalidKeyException.unless(
                name.matches(NAME), key, "'" + name + "' is not a language's name (expected lower case, " + NAME + ")");
    }

    /// The same, with what lies beside the file.
    ///
    /// @param folder where the file is
    Language language(Path folder) {
        if (!folder.endsWith(name)) {
            throw new InvalidKeyException("name", "must be the name of its folder, " + folder.getFileName());
        }
        var preludeFolder = prelude.map(folder::resolve);
        if (preludeFolder.isPresent() && !Files.isDirectory(preludeFolder.get())) {
            throw new InvalidKeyException("prelude", "there is no folder " + preludeFolder.get());
        }
        return new Language(name, aliases, mainFile, command, version, environment, preludeFolder, image);
    }
}
