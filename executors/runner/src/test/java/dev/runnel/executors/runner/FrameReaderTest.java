package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.runner.v1.FrameType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
    @Test
    void aHeaderIsReadAsTheProtocolLaysItOut() throws IOException {
        var bytes = new byte[] {0, 0, 0, 2, 19, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 'h', 'i'};

        var frame = reader(bytes).next();

        assertThat(frame)
                .contains(Frame.data(FrameType.FRAME_TYPE_STDOUT, 258, ByteBuffer.wrap(new byte[] {'h', 'i'})));
    }

    @Test
    void theEndBetweenFramesIsNoError() throws IOException {
        assertThat(reader(new byte[0]).next()).isEqualTo(Optional.empty());
    }

    @Test
    void aLengthOverTheMaximumIsRefusedBeforeAnythingIsReadOrAllocated() {
        assertViolation(new byte[] {0, 1, 0, 1, 19, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, "65537 bytes");
    }

    @Test
    void aLengthWithItsHighestBitSetIsRefused() {
        assertViolation(new byte[] {(byte) 0x80, 0, 0, 0, 19, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, "2147483648 bytes");
    }

    @Test
    void anUnknownTypeIsRefused() {
        assertViolation(new byte[] {0, 0, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, "unknown frame type 42");
        assertViolation(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, "unknown frame type 0");
        assertViolation(new byte[] {0, 0, 0, 0, (byte) 200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, "frame type 200");
    }

    @Test
    void anUnknownFlagIsRefused() {
        assertViolation(new byte[] {0, 0, 0, 1, 26, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}, "flags");
    }

    @Test
    void reservedBitsThatAreSetAreRefused() {
        assertViolation(new byte[] {0, 0, 0, 1, 26, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0}, "reserved");
    }

    @Test
    void dataWithoutBytesIsRefused() {
        assertViolation(new byte[] {0, 0, 0, 0, 19, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, "STDOUT of 0 bytes");
    }

    @Test
    void dataThatGoesOnIsRefused() {
        assertViolation(new byte[] {0, 0, 0, 1, 19, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}, "STDOUT of 1 bytes");
    }

    @Test
    void aPayloadWhereNoneBelongsIsRefused() {
        assertViolation(new byte[] {0, 0, 0, 1, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, "PONG of 1 bytes");
    }

    @Test
    void aPartOfAMessageWithoutBytesIsRefused() {
        assertViolation(new byte[] {0, 0, 0, 0, 26, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, "EXIT of 0 bytes");
    }

    @Test
    void aMessageOverTheMaximumIsRefusedWhenItsFirstByteTooManyComes() throws IOException {
        var assembler = new MessageAssembler();
        var part = new Frame(FrameType.FRAME_TYPE_LISTING, true, 1, ByteBuffer.allocate(Frame.MAX_PAYLOAD));
        for (var i = 0; i < Frame.MAX_MESSAGE / Frame.MAX_PAYLOAD; i++) {
            assembler.add(part);
        }

        assertThatThrownBy(
                        () -> assembler.add(new Frame(FrameType.FRAME_TYPE_LISTING, true, 1, ByteBuffer.allocate(1))))
                .isInstanceOf(ProtocolViolationException.class);
    }

    @Test
    void anythingElseOfTheRunWithinAMessageIsRefused() throws IOException {
        var assembler = new MessageAssembler();
        assembler.add(new Frame(FrameType.FRAME_TYPE_LISTING, true, 1, ByteBuffer.allocate(1)));

        assertThatThrownBy(() -> assembler.add(Frame.data(FrameType.FRAME_TYPE_FILE_DATA, 1, ByteBuffer.allocate(1))))
                .isInstanceOf(ProtocolViolationException.class);
    }

    @Test
    void aFifthIncompleteMessageIsRefused() throws IOException {
        var assembler = new MessageAssembler();
        for (var run = 1; run <= 4; run++) {
            assembler.add(new Frame(FrameType.FRAME_TYPE_LISTING, true, run, ByteBuffer.allocate(1)));
        }

        assertThatThrownBy(
                        () -> assembler.add(new Frame(FrameType.FRAME_TYPE_LISTING, true, 5, ByteBuffer.allocate(1))))
                .isInstanceOf(ProtocolViolationException.class);
    }

    private static FrameReader reader(byte[] bytes) {
        return new FrameReader(new BytesChannel(bytes, 1));
    }

    private static void assertViolation(byte[] bytes, String message) {
        assertThatThrownBy(() -> reader(bytes).next())
                .isInstanceOf(ProtocolViolationException.class)
                .hasMessageContaining(message);
    }
}
