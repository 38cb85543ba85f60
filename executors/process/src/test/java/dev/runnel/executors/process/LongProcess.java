package dev.runnel.executors.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// A process that does nothing for a minute, or until it is closed.
///
/// @param uid who owns it: the wanted uid where this test is root and may choose, otherwise the test's own
record LongProcess(Process process, int uid) implements AutoCloseable {
    /// @param words put on its command line, where they mean nothing
    static LongProcess start(int wantedUid, String... words) throws IOException {
        var root = Daemon.current().root();
        var command = new ArrayList<String>();
        if (root) {
            command.addAll(List.of("setpriv", "--reuid=" + wantedUid, "--regid=" + wantedUid, "--clear-groups"));
        }
        command.addAll(List.of("sh", "-c", "echo up; sleep 60; :"));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).start();
        var reader = process.inputReader();
        if (!"up".equals(reader.readLine())) {
            throw new IOException("could not start " + command);
        }
        return new LongProcess(process, root ? wantedUid : Daemon.current().uid());
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
