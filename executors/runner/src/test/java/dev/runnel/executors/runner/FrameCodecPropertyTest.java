package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.runnel.runner.v1.Exec;
import dev.runnel.runner.v1.FrameType;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class FrameCodecPropertyTest {
    @Property
    void framesThatWereWrittenAreReadBackHoweverTheStreamIsCut(
            @ForAll("frames") @Size(max = 20) List<Frame> frames, @ForAll long cuts) throws IOException {
        assertThat(read(bytes(frames), cuts)).isEqualTo(frames);
    }

    @Property
    void anyBytesAreFramesOrAViolationOrAnEnd(@ForAll byte[] bytes, @ForAll long cuts) throws IOException {
        try {
            assertThat(bytes(read(bytes, cuts))).isEqualTo(bytes);
        } catch (ProtocolViolationException | EOFException e) {
            assertThat(e).hasMessageNotContaining("\n");
        }
    }

    @Property
    void framesWithOneByteChangedAreFramesOrAViolationOrAnEnd(
            @ForAll("frames") @Size(min = 1, max = 4) List<Frame> frames, @ForAll int where, @ForAll byte by)
            throws IOException {
        var bytes = bytes(frames);
        bytes[Math.floorMod(where, Math.min(bytes.length, 3 * Frame.HEADER))] ^= by;

        try {
            assertThat(bytes(read(bytes, where))).isEqualTo(bytes);
        } catch (ProtocolViolationException | EOFException e) {
            assertThat(e).hasMessageNotContaining("\n");
        }
    }

    @Property
    void aStreamThatEndsWithinAFrameSaysSo(
            @ForAll("frames") @Size(min = 1, max = 3) List<Frame> frames, @ForAll int missing) throws IOException {
        var bytes = bytes(frames);
        var last = frames.getLast().size();
        var cut = Arrays.copyOf(bytes, bytes.length - 1 - Math.floorMod(missing, last - 1));

        try {
            assertThat(read(cut, missing))
                    .as("what a stream cut within its last frame gives")
                    .isNull();
        } catch (EOFException e) {
            assertThat(e).hasMessageContaining("within a frame");
        }
    }

    @Property
    void messagesOfDifferentRunsAreAssembledHoweverTheyInterleave(
            @ForAll @Size(min = 1, max = 4) List<@IntRange(max = 300_000) Integer> sizes, @ForAll long order)
            throws IOException {
        var messages = new HashMap<Long, Exec>();
        var pending = new ArrayList<Deque<Frame>>();
        for (var size : sizes) {
            var run = messages.size() + 1L;
            var message = Exec.newBuilder()
                    .addArgv(ByteString.copyFrom(random(size, run)))
                    .build();
            messages.put(run, message);
            pending.add(new ArrayDeque<>(Frame.message(FrameType.FRAME_TYPE_EXEC, run, message)));
        }
        var assembled = new HashMap<Long, Exec>();
        var assembler = new MessageAssembler();
        var chance = new Random(order);
        while (!pending.isEmpty()) {
            var next = pending.get(chance.nextInt(pending.size()));
            var whole = assembler.add(next.remove());
            if (whole.isPresent()) {
                assembled.put(whole.get().run(), Exec.parseFrom(whole.get().payload()));
            }
            pending.removeIf(Deque::isEmpty);
        }

        assertThat(assembled).isEqualTo(Map.copyOf(messages));
    }

    @Provide
    Arbitrary<List<Frame>> frames() {
        var types = Arbitraries.of(FrameType.class)
                .filter(type -> type != FrameType.FRAME_TYPE_UNSPECIFIED && type != FrameType.UNRECOGNIZED);
        var lengths = Arbitraries.oneOf(
                Arbitraries.integers().between(1, 100),
                Arbitraries.integers().between(Frame.MAX_PAYLOAD - 2, Frame.MAX_PAYLOAD));
        return Combinators.combine(types, lengths, Arbitraries.longs(), Arbitraries.of(true, false))
                .as(FrameCodecPropertyTest::frame)
                .list();
    }

    private static Frame frame(FrameType type, int length, long run, boolean flag) {
        return switch (Frame.kindOf(type)) {
            case DATA -> Frame.data(type, run, ByteBuffer.wrap(random(length, run)));
            case EMPTY -> Frame.empty(type, run);
            case MESSAGE ->
                flag
                        ? new Frame(type, true, run, ByteBuffer.wrap(random(length, run)))
                        : new Frame(type, false, run, ByteBuffer.wrap(random(length - 1, run)));
        };
    }

    private static byte[] random(int length, long seed) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] bytes(List<Frame> frames) {
        var bytes = ByteBuffer.allocate(frames.stream().mapToInt(Frame::size).sum());
        frames.forEach(frame -> frame.writeTo(bytes));
        return bytes.array();
    }

    private static List<Frame> read(byte[] bytes, long cuts) throws IOException {
        var reader = new FrameReader(new BytesChannel(bytes, cuts));
        var frames = new ArrayList<Frame>();
        for (var frame = reader.next(); frame.isPresent(); frame = reader.next()) {
            frames.add(frame.get());
        }
        return frames;
    }
}
