package dev.runnel.executors.process;

import dev.runnel.executors.process.ProcessExecutorConfig.CgroupMode;
import dev.runnel.executors.runner.CellConfig;
import dev.runnel.executors.runner.CellConfig.CellMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// A Java process of its own with an executor and two sandboxes in which programs run, to be killed.
final class KilledDaemon implements AutoCloseable {
    private static final String RUNTIME = "RUNNEL_TEST_RUNTIME";

    private final Process process;
    private final String token;

    private KilledDaemon(Process process, String token) {
        this.process = process;
        this.token = token;
    }

    static KilledDaemon start(Path runtime, CgroupMode cgroups, CellMode cells) throws IOException {
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Drunnel.libexec=" + System.getProperty("runnel.libexec"),
                KilledDaemon.class.getName(),
                cgroups.name(),
                cells.name());
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        // Not on the command line: it would look like a sandbox's process.
        builder.environment().put(RUNTIME, runtime.toString());
        var process = builder.start();
        var line = process.inputReader().readLine();
        if (line == null) {
            throw new IOException(
                    "the daemon ended with " + process.onExit().join().exitValue());
        }
        return new KilledDaemon(process, line);
    }

    /// The daemon.
    ///
    /// @param args the modes
    public static void main(String[] args) throws Exception {
        var runtime = Path.of(System.getenv(RUNTIME));
        var config = Bubblewrap.config(runtime, CgroupMode.valueOf(args[0]));
        var cells = CellConfig.DEFAULT.in(CellMode.valueOf(args[1]));
        var executor = Bubblewrap.executor(Bubblewrap.with(config, cells));
        var held = Held.open(executor);
        executor.open(Programs.spec());
        System.out.println(held.token());
        new CountDownLatch(1).await();
    }

    /// On the command line of a program in one of its sandboxes.
    String token() {
        return token;
    }

    /// As `kill -9` does.
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
