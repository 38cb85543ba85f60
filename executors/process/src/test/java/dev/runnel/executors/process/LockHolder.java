package dev.runnel.executors.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Another process with a lock of fcntl(2) on a file, as a live daemon has on its own.
final class LockHolder implements AutoCloseable {
    private final Process process;

    private LockHolder(Process process) {
        this.process = process;
    }

    static LockHolder hold(Path file) throws IOException {
        var script = "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.lockf(f, fcntl.LOCK_EX);"
                + " print('held', flush=True); sys.stdin.read()";
        var process = new ProcessBuilder(List.of("/usr/bin/python3", "-c", script, file.toString())).start();
        if (!"held".equals(process.inputReader().readLine())) {
            throw new IOException("could not lock " + file);
        }
        return new LockHolder(process);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
