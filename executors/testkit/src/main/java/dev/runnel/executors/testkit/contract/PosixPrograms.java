package dev.runnel.executors.testkit.contract;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.WorkspacePath;
import java.util.List;

/// The contract's programs in Python, for sandboxes with a POSIX system and `python3` on their PATH.
public final class PosixPrograms implements ContractPrograms {
    private static final String WRITE = """
            import os, signal, sys, time
            def out(text, fd=1):
                data = text if isinstance(text, bytes) else text.encode()
                while data:
                    data = data[os.write(fd, data):]
            def wait():
                while True:
                    time.sleep(1000)
            """;

    private static final String DAEMON = """
            ready, told = os.pipe()
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    for number in range(1, 65):
                        try:
                            signal.signal(number, signal.SIG_IGN)
                        except (OSError, ValueError):
                            pass
                    os.write(told, b'x')
                    wait()
                os._exit(0)
            os.wait()
            os.read(ready, 1)
            """;

    @Override
    public Command exits(int code) {
        return python("sys.exit(%d)".formatted(code));
    }

    @Override
    public Command raises(int signal) {
        return python("os.kill(os.getpid(), %d); wait()".formatted(signal));
    }

    @Override
    public Command writes(byte[] bytes) {
        var program = python("out(open('bytes.bin', 'rb').read())");
        var data = new InputFile(WorkspacePath.of("bytes.bin"), 0600, Content.of(bytes));
        return new Command(List.of(program.files().getFirst(), data), program.argv());
    }

    @Override
    public Command floods(long bytes) {
        return python("""
                left = %d
                chunk = b'x' * 65536
                while left:
                    left -= os.write(1, chunk[:min(left, 65536)])
                """.formatted(bytes));
    }

    @Override
    public Command alternates(int pairs) {
        return python("""
                for n in range(1, %d + 1):
                    out('o%%d\\n' %% n, 1)
                    out('e%%d\\n' %% n, 2)
                """.formatted(pairs));
    }

    @Override
    public Command printsAndWaits(String text) {
        return python("out('%s'); wait()".formatted(text));
    }

    @Override
    public Command printsAndIgnoresSignals(String text) {
        return python("""
                for number in range(1, 65):
                    try:
                        signal.signal(number, signal.SIG_IGN)
                    except (OSError, ValueError):
                        pass
                out('%s')
                wait()
                """.formatted(text));
    }

    @Override
    public Command printsAndStops(String text) {
        return python("out('%s'); os.kill(os.getpid(), signal.SIGSTOP); wait()".formatted(text));
    }

    @Override
    public Command catches(int signal) {
        return python("""
                def caught(number, frame):
                    out('got %%d' %% number)
                    os._exit(0)
                signal.signal(%d, caught)
                out('ready ')
                wait()
                """.formatted(signal));
    }

    @Override
    public Command copiesStdin() {
        return python("""
                while True:
                    data = os.read(0, 65536)
                    if not data:
                        break
                    out(data)
                """);
    }

    @Override
    public Command ignoresStdin(String text) {
        return python("out('%s')".formatted(text));
    }

    @Override
    public Command leavesChild(String text) {
        return python("if os.fork() == 0:\n    wait()\nout('%s')\n".formatted(text));
    }

    @Override
    public Command leavesDaemon(String text) {
        return python(DAEMON + "out('%s')".formatted(text));
    }

    @Override
    public Command leavesDaemonAndWaits(String text) {
        return python(DAEMON + "out('%s')\nwait()".formatted(text));
    }

    @Override
    public Command burnsCpu() {
        return python("while True: pass");
    }

    @Override
    public Command allocates(long bytes) {
        return python("data = bytearray(b'\\x01') * %d\nout('done')".formatted(bytes));
    }

    @Override
    public Command childAllocates(long bytes) {
        return python("""
                if os.fork() == 0:
                    data = bytearray(b'\\x01') * %d
                    os._exit(0)
                os.wait()
                out('child gone')
                """.formatted(bytes));
    }

    @Override
    public Command forks(int atMost) {
        return python("""
                started = 0
                try:
                    while started < %d:
                        if os.fork() == 0:
                            wait()
                        started += 1
                except OSError:
                    pass
                out('started %%d' %% started)
                os._exit(0)
                """.formatted(atMost));
    }

    @Override
    public Command fills(String path, long bytes) {
        return growing(path, bytes, "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)");
    }

    @Override
    public Command growsFile(String path, long bytes) {
        return growing(path, bytes, "signal.signal(signal.SIGXFSZ, signal.SIG_DFL)");
    }

    private static Command growing(String path, long bytes, String handling) {
        return python("""
                %s
                wrote = 0
                chunk = b'\\0' * 65536
                with open('%s', 'wb', buffering=0) as file:
                    try:
                        while wrote < %d:
                            wrote += file.write(chunk)
                    except OSError:
                        pass
                out('wrote %%d' %% wrote)
                """.formatted(handling, path, bytes));
    }

    @Override
    public Command writesFile(String path, String text) {
        return python("open('%s', 'w').write('%s')".formatted(path, text));
    }

    @Override
    public Command readsFile(String path) {
        return python("""
                try:
                    out(open('%s', 'rb').read())
                except FileNotFoundError:
                    sys.exit(3)
                """.formatted(path));
    }

    @Override
    public Command makesSparseFile(String path, long bytes) {
        return python("os.truncate(os.open('%s', os.O_CREAT | os.O_RDWR, 0o600), %d)".formatted(path, bytes));
    }

    @Override
    public Command links(String path, String target) {
        return python("os.symlink('%s', '%s')".formatted(target, path));
    }

    @Override
    public Command printsVariable(String name) {
        return python("out(os.environ.get('%s', ''))".formatted(name));
    }

    @Override
    public Command printsWorkingDirectory() {
        return python("out(os.getcwd())");
    }

    @Override
    public Command listsProcesses() {
        return python("""
                for pid in os.listdir('/proc'):
                    if pid.isdigit():
                        try:
                            out(open('/proc/' + pid + '/cmdline').read().replace('\\0', ' ') + '\\n')
                        except OSError:
                            pass
                """);
    }

    @Override
    public Command notThere() {
        return Command.of("no-such-command");
    }

    private static Command python(String source) {
        return Command.source("main.py", WRITE + source, "python3", "main.py");
    }
}
