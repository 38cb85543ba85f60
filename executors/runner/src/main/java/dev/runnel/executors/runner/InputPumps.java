package dev.runnel.executors.runner;

import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.Signal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Two virtual threads that carry standard input and signals to a program while it runs.
final class InputPumps implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InputPumps.class);

    private final Thread stdin;
    private final Thread signals;

    private InputPumps(Thread stdin, Thread signals) {
        this.stdin = stdin;
        this.signals = signals;
    }

    static InputPumps start(RunnerConnection connection, long run, ProgramInput input, StdinCredit credit) {
        return new InputPumps(
                start("stdin", connection, () -> pumpStdin(connection, run, input, credit)),
                start("signals", connection, () -> pumpSignals(connection, run, input)));
    }

    private static Thread start(String name, RunnerConnection connection, Pump pump) {
        return Thread.ofVirtual().name(name).start(() -> {
            try {
                pump.run();
            } catch (InterruptedException _) {
                // The program has ended.
            } catch (RuntimeException e) {
                // A program that got half its input and then an end would give a wrong result in good faith.
                LOG.error("a program's {} failed", name, e);
                connection.fail("its program's input failed inside Runnel");
            }
        });
    }

    private static void pumpStdin(RunnerConnection connection, long run, ProgramInput input, StdinCredit credit)
            throws InterruptedException {
        while (true) {
            var bytes = input.readStdin(Math.min(credit.await(), Frame.MAX_PAYLOAD));
            if (!bytes.hasRemaining()) {
                connection.sendBulk(Frame.empty(FrameType.FRAME_TYPE_STDIN_END, run));
                return;
            }
            credit.spend(bytes.remaining());
            connection.sendBulk(Frame.data(FrameType.FRAME_TYPE_STDIN, run, bytes));
        }
    }

    private static void pumpSignals(RunnerConnection connection, long run, ProgramInput input)
            throws InterruptedException {
        while (true) {
            var signal = Signal.newBuilder().setNumber(input.nextSignal()).build();
            connection.sendBulk(
                    Frame.message(FrameType.FRAME_TYPE_SIGNAL, run, signal).getFirst());
        }
    }

    @Override
    public void close() {
        stdin.interrupt();
        signals.interrupt();
    }

    /// Moves input until there is none.
    @FunctionalInterface
    private interface Pump {
        void run() throws InterruptedException;
    }
}
