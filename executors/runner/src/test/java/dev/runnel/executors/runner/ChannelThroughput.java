package dev.runnel.executors.runner;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.runner.v1.FrameType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;

/// Measures what the channel costs: standard output from a socket through codec and credit to a sink, and the
/// way there and back of a program that does nothing. Run by hand; prints one line each.
final class ChannelThroughput {
    private static final int BYTES = 1 << 30;
    private static final int RUNS = 20_000;

    private ChannelThroughput() {}

    static void main() throws Exception {
        for (var round = 1; round <= 5; round++) {
            try (var connected = FakeRunner.connect(Alarms.real())) {
                flood(sandbox(connected), connected.runner());
            }
        }
        try (var connected = FakeRunner.connect(Alarms.real())) {
            roundTrips(sandbox(connected), connected.runner());
            roundTrips(sandbox(connected), connected.runner());
        }
    }

    private static RunnerSandbox sandbox(FakeRunner.Connected connected) {
        return new RunnerSandbox(Programs.DESCRIPTION, connected.connection(), Programs.DEFAULTS, () -> {});
    }

    private static void flood(RunnerSandbox sandbox, FakeRunner runner) throws Exception {
        var program = Programs.program(List.of("flood"), DataSize.ofBytes(2L * BYTES));
        var sink = new Counting();
        var run = new Run(sandbox, program, Programs.quiet(), sink);
        var id = runner.start();
        var credit = new Semaphore(CreditWindow.SIZE);
        Thread.ofPlatform().daemon().start(() -> takeCredit(runner, credit));
        var frame = ByteBuffer.allocateDirect(Frame.HEADER + Frame.MAX_PAYLOAD);
        Frame.data(FrameType.FRAME_TYPE_STDOUT, id, ByteBuffer.allocate(Frame.MAX_PAYLOAD))
                .writeTo(frame);
        frame.flip();
        var begin = System.nanoTime();
        for (var sent = 0L; sent < BYTES; sent += Frame.MAX_PAYLOAD) {
            credit.acquire(Frame.MAX_PAYLOAD);
            runner.write(frame.duplicate());
        }
        runner.exit(id, FakeRunner.exited(0, BYTES));
        run.get();
        var seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf("stdout: %.0f MB/s (%d bytes)%n", sink.bytes / 1e6 / seconds, sink.bytes);
    }

    private static void takeCredit(FakeRunner runner, Semaphore credit) {
        try {
            while (true) {
                credit.release(runner.expectCredit());
            }
        } catch (IOException | AssertionError _) {
            // The channel was closed.
        }
    }

    private static void roundTrips(RunnerSandbox sandbox, FakeRunner runner) throws Exception {
        var answering = Thread.ofPlatform().daemon().start(() -> answer(runner));
        var times = new long[RUNS];
        var measured = Thread.ofVirtual().start(() -> measure(sandbox, times));
        measured.join();
        answering.join();
        Arrays.sort(times);
        System.out.printf("round trip: p50 %d us, p99 %d us%n", times[RUNS / 2] / 1000, times[RUNS * 99 / 100] / 1000);
    }

    private static void measure(RunnerSandbox sandbox, long[] times) {
        try {
            for (var i = 0; i < times.length; i++) {
                var begin = System.nanoTime();
                sandbox.run(Programs.any(), Programs.quiet(), new Counting());
                times[i] = System.nanoTime() - begin;
            }
        } catch (SandboxException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void answer(FakeRunner runner) {
        try {
            for (var i = 0; i < RUNS; i++) {
                var id = runner.start();
                runner.stdout(id, "1\n");
                runner.exit(id, FakeRunner.exited(0, 2));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Takes everything at once.
    private static final class Counting implements OutputSink {
        private long bytes;

        @Override
        public void started() {}

        @Override
        public void output(Stream stream, ByteBuffer data) {
            bytes += data.remaining();
        }

        @Override
        public void ended() {}
    }
}
