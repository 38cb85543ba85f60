package dev.runnel.executors.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// The cgroups that an instance makes, written down before they are made, so that they are found when it is dead.
///
/// @param directory the instance's
record CgroupRecord(Path directory) {
    private static final String FILE = "cgroups";

    void add(List<Path> cgroups) throws IOException {
        Files.write(
                directory.resolve(FILE),
                cgroups.stream().map(Path::toString).toList(),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    List<Path> read() throws IOException {
        var record = directory.resolve(FILE);
        return Files.exists(record)
                ? Files.readAllLines(record).stream().map(Path::of).toList()
                : List.of();
    }
}
