package dev.runnel.executors.testkit;

import dev.runnel.executors.spi.OutputSink.Stream;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.testkit.contract.Command;
import dev.runnel.executors.testkit.contract.ContractPrograms;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;

/// The contract's programs as scripts of the fake executor, one name for each.
final class FakePrograms implements ContractPrograms, Scripts {
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final AtomicLong last = new AtomicLong();

    @Override
    public Script scriptFor(Program program) throws SandboxException {
        var script = scripts.get(program.argv().getFirst());
        return script == null ? Scripts.lines().scriptFor(program) : script;
    }

    private Command command(Script script) {
        var name = "fake-" + last.incrementAndGet();
        scripts.put(name, script);
        return Command.of(name);
    }

    private static Command inexpressible(String why) {
        return Assumptions.abort("the fake executor can't express this: " + why);
    }

    private static int waitForEver(FakeProcess process) {
        process.await("for-ever");
        return 0;
    }

    @Override
    public Command exits(int code) {
        return command(_ -> code);
    }

    @Override
    public Command raises(int signal) {
        return command(process -> {
            process.raise(signal);
            return 0;
        });
    }

    @Override
    public Command writes(byte[] bytes) {
        return command(process -> {
            process.write(Stream.STDOUT, bytes.clone());
            return 0;
        });
    }

    @Override
    public Command floods(long bytes) {
        return command(process -> {
            for (var left = bytes; left > 0; left -= 65_536) {
                var piece = new byte[(int) Math.min(left, 65_536)];
                Arrays.fill(piece, (byte) 'x');
                process.write(Stream.STDOUT, piece);
            }
            return 0;
        });
    }

    @Override
    public Command alternates(int pairs) {
        return command(process -> {
            for (var n = 1; n <= pairs; n++) {
                process.print("o" + n + "\n");
                process.write(Stream.STDERR, ("e" + n + "\n").getBytes(StandardCharsets.UTF_8));
            }
            return 0;
        });
    }

    @Override
    public Command printsAndWaits(String text) {
        return command(process -> {
            process.print(text);
            return waitForEver(process);
        });
    }

    @Override
    public Command printsAndIgnoresSignals(String text) {
        return command(process -> {
            for (var signal = 1; signal <= 64; signal++) {
                process.trap(signal);
            }
            process.print(text);
            return waitForEver(process);
        });
    }

    @Override
    public Command printsAndStops(String text) {
        return printsAndWaits(text);
    }

    @Override
    public Command catches(int signal) {
        return command(process -> {
            process.trap(signal);
            process.print("ready ");
            process.print("got " + process.awaitSignal());
            return 0;
        });
    }

    @Override
    public Command copiesStdin() {
        return command(process -> {
            for (var bytes = process.read(65_536); bytes.length > 0; bytes = process.read(65_536)) {
                process.write(Stream.STDOUT, bytes);
            }
            return 0;
        });
    }

    @Override
    public Command ignoresStdin(String text) {
        return command(process -> {
            process.print(text);
            return 0;
        });
    }

    @Override
    public Command leavesChild(String text) {
        return command(process -> {
            process.fork();
            process.print(text);
            return 0;
        });
    }

    @Override
    public Command leavesDaemon(String text) {
        return inexpressible("its programs are no processes of the host");
    }

    @Override
    public Command leavesDaemonAndWaits(String text) {
        return inexpressible("its programs are no processes of the host");
    }

    @Override
    public Command burnsCpu() {
        return command(process -> {
            while (true) {
                process.burn(Duration.ofMillis(100));
            }
        });
    }

    @Override
    public Command allocates(long bytes) {
        return command(process -> {
            process.allocate(bytes);
            process.print("done");
            return 0;
        });
    }

    @Override
    public Command childAllocates(long bytes) {
        return inexpressible("its children use no memory of their own");
    }

    @Override
    public Command forks(int atMost) {
        return command(process -> {
            var started = 0;
            while (started < atMost && process.fork()) {
                started++;
            }
            process.print("started " + started);
            return 0;
        });
    }

    @Override
    public Command fills(String path, long bytes) {
        return command(process -> {
            var written = process.writeFile(path, new byte[Math.toIntExact(bytes)]);
            process.print("wrote " + (written ? bytes : 0));
            return 0;
        });
    }

    @Override
    public Command growsFile(String path, long bytes) {
        return fills(path, bytes);
    }

    @Override
    public Command writesFile(String path, String text) {
        return command(process -> process.writeFile(path, text.getBytes(StandardCharsets.UTF_8)) ? 0 : 1);
    }

    @Override
    public Command readsFile(String path) {
        return command(process -> {
            var bytes = process.readFile(path);
            bytes.ifPresent(found -> process.write(Stream.STDOUT, found.clone()));
            return bytes.isPresent() ? 0 : 3;
        });
    }

    @Override
    public Command makesSparseFile(String path, long bytes) {
        return inexpressible("its files are arrays");
    }

    @Override
    public Command links(String path, String target) {
        return command(process -> {
            process.link(path, target);
            return 0;
        });
    }

    @Override
    public Command printsVariable(String name) {
        return command(process -> {
            process.print(process.program().environment().getOrDefault(name, ""));
            return 0;
        });
    }

    @Override
    public Command printsWorkingDirectory() {
        return command(process -> {
            var directory = process.program().workingDirectory();
            process.print("/workspace" + (directory.isRoot() ? "" : "/" + directory));
            return 0;
        });
    }

    @Override
    public Command listsProcesses() {
        return inexpressible("its programs are no processes");
    }

    @Override
    public Command notThere() {
        return Command.of("no-such-command");
    }
}
