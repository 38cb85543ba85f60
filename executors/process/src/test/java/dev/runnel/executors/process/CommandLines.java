package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Finds processes of this machine, in whatever sandbox they are, by their command line.
final class CommandLines {
    private CommandLines() {}

    /// Those with `word` on their command line.
    static List<Path> with(String word) throws IOException {
        var found = new ArrayList<Path>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var process : processes) {
                if (commandLine(process).contains(word)) {
                    found.add(process);
                }
            }
        }
        return found;
    }

    static int uid(Path process) throws IOException {
        return (Integer) Objects.requireNonNull(Files.getAttribute(process, "unix:uid"));
    }

    static void assertNone(String word) throws IOException {
        assertThat(with(word))
                .as("processes with %s on their command line", word)
                .isEmpty();
    }

    private static String commandLine(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            return "";
        }
    }
}
