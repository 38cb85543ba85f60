package dev.runnel.markdown;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/// Code that says less while it runs.
public final class Silenced {
    private static final String QUIET = "-qqq";

    private Silenced() {}

    /// The code with `-qqq` behind each `pip install` of a line that begins with it, unless the line has one. In
    /// Python the line begins with `! pip install` or `!pip install`. In any other language nothing changes.
    ///
    /// As `silence_pip` of AutoGen 0.7 and AG2 0.9.
    ///
    /// @param language in lower case: `python`, or a shell (`bash`, `shell`, `sh`, `pwsh`, `powershell`, `ps1`)
    public static String pip(String code, String language) {
        return switch (language) {
            case "python" -> quiet(code, "! pip install", "!pip install");
            case "bash", "shell", "sh", "pwsh", "powershell", "ps1" -> quiet(code, "pip install");
            default -> code;
        };
    }

    private static String quiet(String code, String... commands) {
        return Arrays.stream(code.split("\n", -1))
                .map(line -> command(line, commands)
                        .filter(_ -> !line.contains(QUIET))
                        .map(command -> line.replace(command, command + " " + QUIET))
                        .orElse(line))
                .collect(Collectors.joining("\n"));
    }

    private static Optional<String> command(String line, String... commands) {
        return Arrays.stream(commands).filter(line::startsWith).findFirst();
    }
}
