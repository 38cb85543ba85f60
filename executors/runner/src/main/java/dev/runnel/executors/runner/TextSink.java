package dev.runnel.executors.runner;

import dev.runnel.executors.spi.OutputSink;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Keeps the little that a version command prints; its output limit bounds it.
final class TextSink implements OutputSink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void started() {}

    @Override
    public void output(Stream stream, ByteBuffer data) {
        var piece = new byte[data.remaining()];
        data.get(piece);
        bytes.writeBytes(piece);
    }

    @Override
    public void ended() {}

    String firstLine() {
        return bytes.toString(StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElse("")
                .strip();
    }
}
