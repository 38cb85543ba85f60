package dev.runnel.executors.process;

import dev.runnel.executors.spi.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// How much memory the machine has.
final class PhysicalMemory {
    private static final Pattern TOTAL = Pattern.compile("MemTotal:\\s+(\\d+) kB");
    /// A nursery's cells have limits of their own; this one only keeps their sum from taking the whole
    /// machine.
    private static final int PERCENT_OF_A_NURSERY = 80;

    private PhysicalMemory() {}

    /// What one nursery may have of it.
    static DataSize share() throws IOException {
        return shareOf(Files.readString(Path.of("/proc/meminfo")));
    }

    /// @param meminfo as proc_meminfo(5) says
    static DataSize shareOf(String meminfo) throws IOException {
        var total = TOTAL.matcher(meminfo);
        if (!total.find()) {
            throw new IOException("/proc/meminfo has no line MemTotal:");
        }
        return DataSize.ofKibibytes(Long.parseLong(total.group(1)) * PERCENT_OF_A_NURSERY / 100);
    }
}
