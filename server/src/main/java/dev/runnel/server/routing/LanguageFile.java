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
import java.util.Set;

/// A language.yaml as it is written; docs/extending/languages.md says what the keys mean.
record LanguageFile(
        String name,
        @Default("[]") List<String> aliases,
        String mainFile,
        List<String> command,
        List<String> version,
        @Default("{}") Map<String, String> environment,
        Optional<String> prelude,
        Optional<String> image,
        Optional<WarmFile> warm) {
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
        command(command);
        InvalidKeyException.unless(!version.isEmpty(), "version", "must be a command that prints the version");
        variables(environment.keySet());
        prelude.ifPresent(LanguageFile::folderName);
    }

    static void command(List<String> command) {
        InvalidKeyException.unless(
                command.stream().anyMatch(word -> word.contains("{file}")),
                "command",
                "must say where the program's file goes: {file}");
    }

    static void variables(Set<String> names) {
        for (var name : names) {
            InvalidKeyException.unless(
                    name.matches("[A-Za-z_][A-Za-z0-9_]{0,255}"), "environment", "not a variable: '" + name + "'");
        }
    }

    static void folderName(String prelude) {
        InvalidKeyException.unless(
                prelude.matches("[A-Za-z0-9._-]+") && !prelude.startsWith("."),
                "prelude",
                "must be the name of a folder beside this file");
    }

    static Path folder(String key, Path folder) {
        InvalidKeyException.unless(Files.isDirectory(folder), key, "there is no folder " + folder);
        return folder;
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
        return new Language(
                name,
                aliases,
                mainFile,
                command,
                version,
                environment,
                prelude.map(prelude -> folder("prelude", folder.resolve(prelude))),
                image,
                warm.map(warm -> warm.interpreter(folder)));
    }
}
