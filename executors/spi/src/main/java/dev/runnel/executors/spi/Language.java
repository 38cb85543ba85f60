package dev.runnel.executors.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A language as data: how a block of it becomes a command. Read from images/LANG/language.yaml.
///
/// @param aliases other names a block may use, lower case
/// @param mainFile the file a program goes to when its block names none
/// @param command argv; `{file}` stands for the program's path, the request's arguments are appended
/// @param version argv of the command that prints the interpreter's version
/// @param environment set beneath the request's; `{prelude}` stands for the prelude's path inside the sandbox
/// @param prelude a folder on the host that every sandbox shows read-only at [#preludePath()]
/// @param image the image executors with images use when the request names none
/// @param warm how its interpreter is kept warm where there are cells; absent for one that starts fast enough
public record Language(
        String name,
        List<String> aliases,
        String mainFile,
        List<String> command,
        List<String> version,
        Map<String, String> environment,
        Optional<Path> prelude,
        Optional<String> image,
        Optional<WarmInterpreter> warm) {
    public Language {
        aliases = List.copyOf(aliases);
        command = List.copyOf(command);
        version = List.copyOf(version);
        environment = Map.copyOf(environment);
    }

    /// Where the prelude lies inside every sandbox.
    public String preludePath() {
        return "/run/runnel/preludes/" + name;
    }

    /// A language whose interpreter is always started cold.
    public Language(
            String name,
            List<String> aliases,
            String mainFile,
            List<String> command,
            List<String> version,
            Map<String, String> environment,
            Optional<Path> prelude,
            Optional<String> image) {
        this(name, aliases, mainFile, command, version, environment, prelude, image, Optional.empty());
    }
}
