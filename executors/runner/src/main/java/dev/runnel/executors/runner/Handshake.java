package dev.runnel.executors.runner;

import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.Hello;
import dev.runnel.runner.v1.Ready;
import dev.runnel.runner.v1.SandboxKind;
import dev.runnel.runner.v1.Welcome;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/// Hello, Welcome, Ready.
final class Handshake {
    private static final int PROTOCOL_VERSION = 2;

    private final Channel channel;
    private final FrameReader reader;

    Handshake(Channel channel, FrameReader reader) {
        this.channel = channel;
        this.reader = reader;
    }

    RunnerFeatures perform(byte[] nonce, Greeting greeting) throws IOException {
        var hello = Hello.parseFrom(expect(FrameType.FRAME_TYPE_HELLO));
        if (hello.getProtocolVersion() != PROTOCOL_VERSION) {
            throw new ProtocolViolationException("the runner speaks version "
                    + Integer.toUnsignedString(hello.getProtocolVersion()) + " of the protocol, this daemon "
                    + PROTOCOL_VERSION + ": both must come from one release");
        }
        if (!MessageDigest.isEqual(hello.getNonce().toByteArray(), nonce)) {
            throw new ProtocolViolationException("the peer does not know the nonce: not the sandbox that was started");
        }
        welcome(greeting);
        var ready = Ready.parseFrom(expect(FrameType.FRAME_TYPE_READY));
        if (ready.getMaxRuns() < 1) {
            throw new ProtocolViolationException("a runner that serves no runs");
        }
        return new RunnerFeatures(
                Untrusted.text(hello.getRunnerVersion()),
                ready.getMaxRuns(),
                ready.getCountsOomKills(),
                ready.getJoinsCgroup());
    }

    private void welcome(Greeting greeting) throws IOException {
        var welcome = Welcome.newBuilder().setProtocolVersion(PROTOCOL_VERSION).setWorkspace(greeting.workspace());
        switch (greeting) {
            case Greeting.Plain plain -> {
                welcome.setKind(SandboxKind.SANDBOX_KIND_PLAIN);
                plain.waiting().map(CellMessages::waiting).ifPresent(welcome::setWaiting);
            }
            case Greeting.Nursery nursery ->
                welcome.setKind(SandboxKind.SANDBOX_KIND_CELL).setNursery(CellMessages.nursery(nursery.settings()));
        }
        for (var frame : Frame.message(FrameType.FRAME_TYPE_WELCOME, 0, welcome.build())) {
            var bytes = ByteBuffer.allocate(frame.size());
            frame.writeTo(bytes);
            channel.write(bytes.flip());
        }
    }

    private ByteBuffer expect(FrameType wanted) throws IOException {
        var frame = reader.next().orElseThrow(() -> new EOFException("the runner closed the channel at once"));
        if (frame.type() == FrameType.FRAME_TYPE_FATAL) {
            throw new IOException("the runner gave up: " + Untrusted.fatal(frame.payload()));
        }
        if (frame.type() != wanted || frame.run() != 0 || frame.more()) {
            throw new ProtocolViolationException(frame.type() + " instead of " + wanted);
        }
        return frame.payload();
    }
}
