package dev.runnel.executors.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// Programs of this machine.
final class Commands {
    private Commands() {}

    /// Waits for its end.
    ///
    /// @return its standard output
    /// @throws IOException when it fails, with what it said
    static String run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed: " + output);
        }
        return output;
    }
}
