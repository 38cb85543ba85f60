package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

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

    /// Pid 1 of the sandbox or nursery that has `nonce`. Others have its command line too: its forks until they
    /// exec, which may have lower pids than it has on a machine that has used up its numbers. They are not pid 1
    /// one namespace below ours.
    static Path runner(String nonce) throws IOException {
        for (var process : with(nonce)) {
            var pids = pids(process);
            if (commandLine(process).startsWith(BwrapCommand.RUNNER)
                    && pids.size() == 2
                    && pids.getLast().equals("1")) {
                return process;
            }
        }
        throw new AssertionError("no runner of " + nonce);
    }

    static int uid(Path process) throws IOException {
        return (Integer) Objects.requireNonNull(Files.getAttribute(process, "unix:uid"));
    }

    static void assertNone(String word) throws IOException {
        assertThat(with(word))
                .as("processes with %s on their command line", word)
                .isEmpty();
    }

    /// One for each pid namespace from ours to its own.
    private static List<String> pids(Path process) {
        try (var lines = Files.lines(process.resolve("status"))) {
            return lines.filter(line -> line.startsWith("NSpid:"))
                    .flatMap(line -> Stream.of(line.split("\\s+")).skip(1))
                    .toList();
        } catch (IOException | UncheckedIOException _) {
            return List.of();
        }
    }

    private static String commandLine(Path process) {
        try {
            return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            return "";
        }
    }
}
