package dev.runnel.executors.testkit;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.OutputSink.Stream;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/// A program written line by line, one word and its argument in each:
///
/// | line | does |
/// |---|---|
/// | `print TEXT`, `print-error TEXT` | writes the text and a newline to stdout, stderr |
/// | `flood SIZE` | writes so many bytes `x` to stdout, 64 KiB at a time |
/// | `cat` | copies stdin to stdout until its end |
/// | `sleep 1500ms` | lets time pass |
/// | `reach NAME`, `wait NAME` | meets the test, see [FakeExecutor#awaitReached] and [FakeExecutor#release] |
/// | `trap N`, `await-signal` | takes signal N instead of dying; prints the number of the next one |
/// | `raise N` | sends itself a signal |
/// | `burn 2s`, `allocate 1GiB`, `fork N` | uses CPU time, memory, processes (`fork failed` on stderr at the limit) |
/// | `write PATH TEXT`, `fill PATH SIZE` | writes a file (`write failed` on stderr when the disk is full) |
/// | `read PATH` | copies a file to stdout, or says on stderr that it is not there |
/// | `link PATH TARGET` | makes a symbolic link |
/// | `env NAME`, `args` | prints a variable, the command |
/// | `exit N` | ends |
/// | `crash` | the sandbox breaks |
///
/// Blank lines and lines that begin with `#` do nothing; an unknown word is told on stderr and exits with 2.
/// The source is the program's file that the command names; without one the command's arguments are the only
/// line. A command named `no-such-command` is not there.
final class LineScript implements Script {
    private static final String MISSING_COMMAND = "no-such-command";

    private final List<String> lines;

    LineScript(List<String> lines) {
        this.lines = List.copyOf(lines);
    }

    static Script of(Program program) throws SandboxException {
        if (program.argv().getFirst().equals(MISSING_COMMAND)) {
            throw new SandboxException(
                    new Reason.Unsupported(), "the program could not be started: no command " + MISSING_COMMAND);
        }
        for (var file : program.files()) {
            if (program.argv().stream()
                    .anyMatch(word -> word.endsWith(file.path().value()))) {
                try (var source = file.content().open()) {
                    var text = new String(source.readAllBytes(), StandardCharsets.UTF_8);
                    return new LineScript(text.lines().toList());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return new LineScript(List.of(String.join(" ", program.argv())));
    }

    @Override
    public int run(FakeProcess process) {
        for (var line : lines) {
            var words = line.strip().split(" ", 2);
            var word = words[0];
            var rest = words.length > 1 ? words[1] : "";
            if (word.equals("exit")) {
                return rest.isEmpty() ? 0 : Integer.parseInt(rest.strip());
            }
            if (!word.isEmpty() && !word.startsWith("#") && !step(process, word, rest)) {
                complain(process, "unknown word: " + word);
                return 2;
            }
        }
        return 0;
    }

    /// False for a word that is not known.
    private static boolean step(FakeProcess process, String word, String rest) {
        switch (word) {
            case "print" -> process.print(rest + "\n");
            case "print-error" -> complain(process, rest);
            case "flood" -> flood(process, DataSize.parse(rest).bytes());
            case "cat" -> cat(process);
            case "sleep" -> process.sleep(duration(rest));
            case "reach" -> process.reach(rest);
            case "wait" -> process.await(rest);
            case "trap" -> process.trap(Integer.parseInt(rest));
            case "await-signal" -> process.print(process.awaitSignal() + "\n");
            case "raise" -> process.raise(Integer.parseInt(rest));
            case "burn" -> process.burn(duration(rest));
            case "allocate" -> process.allocate(DataSize.parse(rest).bytes());
            case "fork" -> fork(process, Integer.parseInt(rest));
            case "write", "fill" -> write(process, word, rest);
            case "read" -> read(process, rest);
            case "link" -> {
                var parts = rest.split(" ", 2);
                process.link(parts[0], parts[1]);
            }
            case "env" -> process.print(process.program().environment().getOrDefault(rest, "") + "\n");
            case "args" -> process.print(String.join(" ", process.program().argv()) + "\n");
            case "crash" -> process.loseSandbox();
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void flood(FakeProcess process, long bytes) {
        for (var left = bytes; left > 0; left -= FakeProcess.PIPE_BYTES) {
            // A new array each time: the sink owns what it was given.
            var piece = new byte[(int) Math.min(left, FakeProcess.PIPE_BYTES)];
            Arrays.fill(piece, (byte) 'x');
            process.write(Stream.STDOUT, piece);
        }
    }

    private static void cat(FakeProcess process) {
        while (true) {
            var bytes = process.read(FakeProcess.PIPE_BYTES);
            if (bytes.length == 0) {
                return;
            }
            process.write(Stream.STDOUT, bytes);
        }
    }

    private static void fork(FakeProcess process, int times) {
        for (var i = 0; i < times; i++) {
            if (!process.fork()) {
                complain(process, "fork failed");
                return;
            }
        }
    }

    private static void write(FakeProcess process, String word, String rest) {
        var parts = rest.split(" ", 2);
        var bytes = word.equals("fill")
                ? new byte[Math.toIntExact(DataSize.parse(parts[1]).bytes())]
                : (parts[1] + "\n").getBytes(StandardCharsets.UTF_8);
        if (!process.writeFile(parts[0], bytes)) {
            complain(process, "write failed");
        }
    }

    private static void read(FakeProcess process, String path) {
        process.readFile(path)
                .ifPresentOrElse(
                        bytes -> process.write(Stream.STDOUT, bytes.clone()),
                        () -> complain(process, "no file " + path));
    }

    private static void complain(FakeProcess process, String text) {
        process.write(Stream.STDERR, (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static Duration duration(String text) {
        var stripped = text.strip();
        return stripped.endsWith("ms")
                ? Duration.ofMillis(Long.parseLong(stripped.substring(0, stripped.length() - 2)))
                : Duration.ofSeconds(Long.parseLong(stripped.substring(0, stripped.length() - 1)));
    }
}
