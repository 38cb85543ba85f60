package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.runnel.runner.v1.Credit;
import dev.runnel.runner.v1.Exec;
import dev.runnel.runner.v1.Exit;
import dev.runnel.runner.v1.ExitCause;
import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.Hello;
import dev.runnel.runner.v1.Ready;
import dev.runnel.runner.v1.StartFailed;
import dev.runnel.runner.v1.Started;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.FutureTask;

/// The other end of a [RunnerConnection], for one thread: says exactly what a test tells it to.
final class FakeRunner implements AutoCloseable {
    static final byte[] NONCE = {1, 2, 3, 4};

    private final Channel channel;
    private final FrameReader reader;
    private final MessageAssembler assembler = new MessageAssembler();

    FakeRunner(Channel channel) {
        this.channel = channel;
        this.reader = new FrameReader(channel);
    }

    /// Connected and ready.
    record Connected(RunnerConnection connection, FakeRunner runner) implements AutoCloseable {
        @Override
        public void close() {
            connection.close();
            runner.close();
        }
    }

    static Connected connect(Alarms alarms) throws Exception {
        return connect(new Greeting.Plain("/workspace"), alarms);
    }

    static Connected connectNursery(Alarms alarms) throws Exception {
        return connect(new Greeting.Nursery("/workspace", Cells.SETTINGS), alarms);
    }

    private static Connected connect(Greeting greeting, Alarms alarms) throws Exception {
        var sockets = SocketPair.open();
        var runner = new FakeRunner(sockets.runner());
        var opening = new FutureTask<>(() -> RunnerConnection.open(sockets.daemon(), NONCE, greeting, alarms));
        Thread.ofVirtual().start(opening);
        runner.greet();
        return new Connected(opening.get(), runner);
    }

    void greet() throws IOException {
        send(FrameType.FRAME_TYPE_HELLO, 0, hello(2, NONCE));
        expect(FrameType.FRAME_TYPE_WELCOME);
        send(
                FrameType.FRAME_TYPE_READY,
                0,
                Ready.newBuilder().setMaxRuns(4).setJoinsCgroup(true).build());
    }

    static Hello hello(int version, byte[] nonce) {
        return Hello.newBuilder()
                .setProtocolVersion(version)
                .setRunnerVersion("fake")
                .setNonce(ByteString.copyFrom(nonce))
                .build();
    }

    void send(FrameType type, long run, MessageLite message) throws IOException {
        for (var frame : Frame.message(type, run, message)) {
            send(frame);
        }
    }

    void send(Frame frame) throws IOException {
        var bytes = ByteBuffer.allocate(frame.size());
        frame.writeTo(bytes);
        channel.write(bytes.flip());
    }

    void sendRaw(byte[] bytes) throws IOException {
        channel.write(ByteBuffer.wrap(bytes));
    }

    /// Frames that are laid out already.
    void write(ByteBuffer frames) throws IOException {
        channel.write(frames);
    }

    void stdout(long run, String text) throws IOException {
        send(Frame.data(FrameType.FRAME_TYPE_STDOUT, run, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    void stderr(long run, String text) throws IOException {
        send(Frame.data(FrameType.FRAME_TYPE_STDERR, run, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    /// So many zero bytes of standard output in frames of the largest size.
    void flood(long run, int bytes) throws IOException {
        for (var left = bytes; left > 0; left -= Frame.MAX_PAYLOAD) {
            send(Frame.data(FrameType.FRAME_TYPE_STDOUT, run, ByteBuffer.allocate(Math.min(left, Frame.MAX_PAYLOAD))));
        }
    }

    void started(long run) throws IOException {
        send(FrameType.FRAME_TYPE_STARTED, run, Started.newBuilder().setPid(7).build());
    }

    /// Takes the Exec of the next program and starts it; returns the number of its run.
    long start() throws IOException {
        var exec = expect(FrameType.FRAME_TYPE_EXEC);
        started(exec.run());
        return exec.run();
    }

    /// Takes the next OpenCell and opens it; returns the cell's number.
    long openCell() throws IOException {
        var cell = expect(FrameType.FRAME_TYPE_OPEN_CELL).run();
        send(Frame.empty(FrameType.FRAME_TYPE_CELL_OPENED, cell));
        return cell;
    }

    /// Takes the next CloseCell, which must be for this cell, and closes it.
    void closeCell(long cell) throws IOException {
        assertThat(expect(FrameType.FRAME_TYPE_CLOSE_CELL).run()).isEqualTo(cell);
        send(Frame.empty(FrameType.FRAME_TYPE_CELL_CLOSED, cell));
    }

    void startFailed(long run, StartFailed.Builder failure) throws IOException {
        send(FrameType.FRAME_TYPE_START_FAILED, run, failure.build());
    }

    Exec expectExec() throws IOException {
        return Exec.parseFrom(expect(FrameType.FRAME_TYPE_EXEC).payload());
    }

    int expectCredit() throws IOException {
        return Credit.parseFrom(expect(FrameType.FRAME_TYPE_CREDIT).payload()).getBytes();
    }

    static Exit.Builder exited(int code, long stdoutBytes) {
        return Exit.newBuilder()
                .setCause(ExitCause.EXIT_CAUSE_ENDED)
                .setExitCode(code)
                .setStdoutBytes(stdoutBytes);
    }

    static Exit.Builder killed(ExitCause cause, long stdoutBytes) {
        return Exit.newBuilder().setCause(cause).setSignalNumber(9).setStdoutBytes(stdoutBytes);
    }

    void exit(long run, Exit.Builder exit) throws IOException {
        send(FrameType.FRAME_TYPE_EXIT, run, exit.build());
    }

    /// The daemon's next whole message, which must be of this type.
    Frame expect(FrameType type) throws IOException {
        while (true) {
            var part = reader.next();
            assertThat(part).as("a frame of type " + type).isPresent();
            var whole = assembler.add(part.get());
            if (whole.isPresent()) {
                assertThat(whole.get().type()).isEqualTo(type);
                return whole.get();
            }
        }
    }

    /// Reads until the daemon has closed the channel.
    void expectEnd() throws IOException {
        try {
            while (reader.next().isPresent()) {
                // Whatever was under way.
            }
        } catch (IOException _) {
            // A channel closed with bytes unread is reset.
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
