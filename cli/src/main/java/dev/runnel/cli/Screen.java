package dev.runnel.cli;

import com.google.protobuf.ByteString;
import dev.runnel.v1.Stream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where this command writes: its own standard output and standard error.
///
/// What a guest wrote is written as it is to a file or a pipe, and as [TerminalText] to a terminal.
/// Thread-safe.
final class Screen {
    private final Side out;
    private final Side err;

    private Screen(Side out, Side err) {
        this.out = out;
        this.err = err;
    }

    /// The process's own two streams.
    static Screen ofThisProcess() {
        return new Screen(
                new Side(new FileOutputStream(FileDescriptor.out), isTerminal(1)),
                new Side(new FileOutputStream(FileDescriptor.err), isTerminal(2)));
    }

    /// Two streams, both a terminal or neither.
    static Screen of(OutputStream out, OutputStream err, boolean terminal) {
        return new Screen(new Side(out, terminal), new Side(err, terminal));
    }

    /// Writes a guest's bytes to the stream of the same name, at once.
    void guest(Stream stream, ByteString data) {
        (stream == Stream.STREAM_STDERR ? err : out).guest(data);
    }

    /// Writes a line of ours to standard output.
    void line(String text) {
        out.line(text);
    }

    /// Writes a JSON object to standard output; to a terminal, safely as well.
    void json(String object) {
        out.line(out.terminal ? TerminalText.oneLine(object) : object);
    }

    /// Writes a line of ours to standard error, after `runnel: `.
    void note(String text) {
        err.line("runnel: " + text);
    }

    /// Ends the guest's output: what is left of an unfinished character is shown, and an unfinished line
    /// ended when `wholeLines`.
    void endGuest(boolean wholeLines) {
        out.end(wholeLines);
        err.end(wholeLines);
    }

    /// Everything but what is known not to be a terminal counts as one: the mistake to make is the harmless
    /// one.
    private static boolean isTerminal(int descriptor) {
        try {
            var target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
            var name = target.toString();
            if (name.startsWith("pipe:") || name.startsWith("socket:") || name.equals("/dev/null")) {
                return false;
            }
            return !Files.isRegularFile(target) && !name.endsWith(" (deleted)");
        } catch (IOException _) {
            return true;
        }
    }

    /// One of the two streams.
    private static final class Side {
        private final OutputStream stream;
        private final boolean terminal;
        private final TerminalText text = new TerminalText();
        private boolean lineOpen;

        Side(OutputStream stream, boolean terminal) {
            this.stream = stream;
            this.terminal = terminal;
        }

        synchronized void guest(ByteString data) {
            try {
                if (terminal) {
                    write(text.show(data.toByteArray(), data.size()));
                } else if (!data.isEmpty()) {
                    data.writeTo(stream);
                    lineOpen = data.byteAt(data.size() - 1) != '\n';
                }
                stream.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        synchronized void line(String line) {
            try {
                if (terminal) {
                    write(text.finish());
                    if (lineOpen) {
                        write(new byte[] {'\n'});
                    }
                }
                write((line + "\n").getBytes(StandardCharsets.UTF_8));
                stream.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        synchronized void end(boolean wholeLines) {
            try {
                write(text.finish());
                if (wholeLines && lineOpen) {
                    write(new byte[] {'\n'});
                }
                stream.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void write(byte[] bytes) throws IOException {
            if (bytes.length > 0) {
                stream.write(bytes);
                lineOpen = bytes[bytes.length - 1] != '\n';
            }
        }
    }
}
