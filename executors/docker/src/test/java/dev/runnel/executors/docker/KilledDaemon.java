package dev.runnel.executors.docker;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// A Java process of its own with an executor and two containers, to be killed.
final class KilledDaemon implements AutoCloseable {
    private final Process process;

    private KilledDaemon(Process process) {
        this.process = process;
    }

    static KilledDaemon start(URI engine, Path runtime) throws IOException {
        var process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Drunnel.libexec=" + System.getProperty("runnel.libexec"),
                        KilledDaemon.class.getName(),
                        engine.toString(),
                        runtime.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!"up".equals(process.inputReader().readLine())) {
            throw new IOException(
                    "the daemon ended with " + process.onExit().join().exitValue());
        }
        return new KilledDaemon(process);
    }

    /// The daemon.
    ///
    /// @param args the engine, the runtime directory
    public static void main(String[] args) throws Exception {
        var executor = new DockerExecutor(EngineTroubleTest.config(URI.create(args[0]), Path.of(args[1]), 0));
        Running.idle(executor);
        Running.idle(executor);
        System.out.println("up");
        new CountDownLatch(1).await();
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
