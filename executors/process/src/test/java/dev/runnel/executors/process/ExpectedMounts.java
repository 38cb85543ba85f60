package dev.runnel.executors.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The committed expectation of what is mounted in a sandbox (mounts.txt).
///
/// @param allowed everything that may be there
/// @param required what must be there on this machine
record ExpectedMounts(List<String> allowed, List<String> required) {
    static ExpectedMounts read() throws IOException {
        var allowed = new ArrayList<String>();
        var required = new ArrayList<String>();
        try (var stream = Objects.requireNonNull(ExpectedMounts.class.getResourceAsStream("mounts.txt"))) {
            for (var line : new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                switch (line.charAt(0)) {
                    case '#' -> {}
                    case '?' -> allowed.add(line.substring(1));
                    case '~' -> {
                        allowed.add(line.substring(1));
                        if (Files.exists(Path.of(line.substring(1, line.indexOf(' '))))) {
                            required.add(line.substring(1));
                        }
                    }
                    default -> {
                        allowed.add(line);
                        required.add(line);
                    }
                }
            }
        }
        return new ExpectedMounts(allowed, required);
    }
}
