package dev.runnel.server.execution;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.ProgramInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a running program is given: standard input from the request or from WriteStdin, and signals.
final class LiveInput implements ProgramInput, AutoCloseable {
    private static final Plan.Stdin NOTHING = new Plan.Stdin.Bytes(Content.of(new byte[0]));

    /// Let go of at the end, when the execution is still remembered.
    private volatile Plan.Stdin stdin;

    private final StdinWindow window = new StdinWindow();
    private final Signals signals = new Signals();

    /// Written by the one thread that calls [#readStdin], then by [#close()] after the run.
    private volatile @Nullable InputStream open;

    LiveInput(Plan.Stdin stdin) {
        this.stdin = stdin;
    }

    /// Where WriteStdin writes; absent when standard input is not kept open.
    Optional<StdinWindow> window() {
        return switch (stdin) {
            case Plan.Stdin.Bytes _ -> Optional.empty();
            case Plan.Stdin.KeptOpen _ -> Optional.of(window);
        };
    }

    Signals signals() {
        return signals;
    }

    @Override
    public ByteBuffer readStdin(int atMost) throws InterruptedException {
        return switch (stdin) {
            case Plan.Stdin.KeptOpen _ -> window.read(atMost);
            case Plan.Stdin.Bytes(var content) -> read(content, atMost);
        };
    }

    @Override
    public int nextSignal() throws InterruptedException {
        return signals.next();
    }

    @Override
    public void close() {
        window.close();
        if (stdin instanceof Plan.Stdin.Bytes) {
            stdin = NOTHING;
        }
        var stream = open;
        if (stream != null) {
            try (stream) {
                open = null;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private ByteBuffer read(Content content, int atMost) {
        try {
            var stream = open;
            if (stream == null) {
                stream = content.open();
                open = stream;
            }
            return ByteBuffer.wrap(stream.readNBytes(atMost));
        } catch (IOException e) {
            throw new UncheckedIOException("standard input could not be read from the content store", e);
        }
    }
}
