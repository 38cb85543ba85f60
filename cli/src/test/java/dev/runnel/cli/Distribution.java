package dev.runnel.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// The built distribution, started as a process as a user would.
///
/// @param runtime the folder in which the daemon of this test keeps its socket; nobody else's daemon is
///     found
record Distribution(Path runtime) {
    private static final long PATIENCE_SECONDS = 120;

    /// What a command did.
    record Result(int exitCode, String out, String err) {}

    static Path examples() {
        return Path.of(System.getProperty("runnel.examples", "examples"));
    }

    /// Runs a command to its end with nothing to read.
    Result run(String... arguments) throws IOException, InterruptedException {
        return runWithInput("", arguments);
    }

    /// Runs a command to its end.
    Result runWithInput(String input, String... arguments) throws IOException, InterruptedException {
        var process = start(arguments);
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        return await(process);
    }

    /// Starts a command.
    Process start(String... arguments) throws IOException {
        var home = Path.of(System.getProperty("runnel.distribution", "target/runnel"));
        var command = new ArrayList<String>(List.of(home.resolve("bin/runnel").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().put("RUNNEL_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("RUNNEL_SOCKET", "");
        builder.environment().put("XDG_RUNTIME_DIR", runtime.toString());
        return builder.start();
    }

    /// Waits for a command's end and takes what it wrote.
    Result await(Process process) throws InterruptedException {
        var out = new AtomicReference<>("");
        var err = new AtomicReference<>("");
        var readOut = Thread.startVirtualThread(() -> out.set(readAll(process.getInputStream())));
        var readErr = Thread.startVirtualThread(() -> err.set(readAll(process.getErrorStream())));
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(
                    "the command did not end: " + process.info().commandLine());
        }
        readOut.join();
        readErr.join();
        return new Result(process.exitValue(), out.get(), err.get());
    }

    private static String readAll(java.io.InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
