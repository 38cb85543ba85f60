package dev.runnel.executors.testkit.contract;

import dev.runnel.executors.spi.ProgramInput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Input that a test gives while the program runs.
final class LiveInput implements ProgramInput {
    private static final long PATIENCE_SECONDS = 30;

    private final LinkedBlockingQueue<byte[]> stdin = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Integer> signals = new LinkedBlockingQueue<>();
    private final CountDownLatch asked = new CountDownLatch(2);
    private final CountDownLatch interrupted = new CountDownLatch(2);

    void write(String text) {
        stdin.add(text.getBytes(StandardCharsets.UTF_8));
    }

    void close() {
        stdin.add(new byte[0]);
    }

    void signal(int number) {
        signals.add(number);
    }

    /// Until both methods have been called. They are called from one thread each, without a pause.
    void awaitAsked() throws InterruptedException {
        await(asked, "asked");
    }

    /// Until both methods have been interrupted.
    void awaitInterrupted() throws InterruptedException {
        await(interrupted, "interrupted");
    }

    private static void await(CountDownLatch latch, String what) throws InterruptedException {
        if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the input was not " + what + " in " + PATIENCE_SECONDS + " s");
        }
    }

    /// Pieces are small: none is ever cut.
    @Override
    public ByteBuffer readStdin(int atMost) throws InterruptedException {
        asked.countDown();
        try {
            return ByteBuffer.wrap(stdin.take());
        } catch (InterruptedException e) {
            interrupted.countDown();
            throw e;
        }
    }

    @Override
    public int nextSignal() throws InterruptedException {
        asked.countDown();
        try {
            return signals.take();
        } catch (InterruptedException e) {
            interrupted.countDown();
            throw e;
        }
    }
}
