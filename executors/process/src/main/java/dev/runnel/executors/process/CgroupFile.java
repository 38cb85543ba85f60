package dev.runnel.executors.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;

/// Reads and writes the one-line files of cgroup file systems.
final class CgroupFile {
    private CgroupFile() {}

    /// Each write is one write(2), as the kernel wants it. The file must be there: creating one is refused with an
    /// error that says nothing.
    static void write(Path file, String value) throws IOException {
        Files.writeString(file, value, StandardOpenOption.WRITE);
    }

    /// Writes what a kernel built without the feature does not have.
    static void writeIfPresent(Path file, String value) throws IOException {
        if (Files.exists(file)) {
            write(file, value);
        }
    }

    static String read(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    static Set<String> words(Path file) throws IOException {
        return Set.copyOf(List.of(read(file).split("\\s+", -1)));
    }
}
