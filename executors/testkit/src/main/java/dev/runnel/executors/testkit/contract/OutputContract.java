package dev.runnel.executors.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.Ending;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What [dev.runnel.executors.spi.OutputSink] gets.
interface OutputContract extends ContractFixture {
    /// More than any executor may hold for a reader that does not read.
    long HELD_AT_MOST = 8 << 20;

    @Test
    default void everyByteArrivesAsItWasWritten() throws Exception {
        var bytes = new byte[3 * 256];
        for (var i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 7);
        }

        var ended = attempt(programs().writes(bytes)).run();

        assertThat(ended.sink().stdout()).isEqualTo(bytes);
        assertThat(ended.outcome().usage().stdoutBytes()).isEqualTo(bytes.length);
    }

    @Test
    default void aHundredMegabytesWithoutANewlineArrive() throws Exception {
        var sink = new CountingSink();

        var outcome = attempt(programs().floods(100_000_000)).into(sink).start().outcome();

        assertThat(outcome.ending()).isEqualTo(new Ending.Exited());
        assertThat(sink.right()).isEqualTo(100_000_000);
        assertThat(sink.wrong()).isZero();
        assertThat(outcome.usage().stdoutBytes()).isEqualTo(100_000_000);
    }

    @Test
    default void eachStreamKeepsItsOrder() throws Exception {
        var ended = attempt(programs().alternates(500)).run();

        assertThat(ended.sink().stdoutText()).isEqualTo(lines(500, "o%d\n"));
        assertThat(ended.sink().stderrText()).isEqualTo(lines(500, "e%d\n"));
        assertThat(ended.outcome().usage().stderrBytes())
                .isEqualTo(lines(500, "e%d\n").length());
    }

    @Test
    default void mergedStreamsKeepTheirOrderAcross() throws Exception {
        var ended = attempt(programs().alternates(500)).merged().run();

        assertThat(ended.sink().stdoutText()).isEqualTo(lines(500, "o%1$d\ne%1$d\n"));
        assertThat(ended.sink().stderr()).isEmpty();
    }

    @Test
    default void outputArrivesWhileTheProgramRuns() throws Exception {
        var run = attempt(programs().printsAndWaits("early")).start();

        run.sink().awaitText("early");

        run.cancel();
        assertThat(run.outcome().ending()).isEqualTo(new Ending.Cancelled());
    }

    @Test
    default void aSlowReaderHoldsTheProgramBackAndNotTheMemory() throws Exception {
        var run = attempt(programs().floods(400_000_000)).unread().start();
        run.sink().awaitBlocked();

        run.cancel();

        assertThat(run.outcome().ending()).isEqualTo(new Ending.Cancelled());
        assertThat(run.sink().stdout().length).isBetween(1, (int) HELD_AT_MOST);
        assertThat(run.outcome().usage().stdoutBytes()).isEqualTo(run.sink().stdout().length);
    }

    @Test
    default void aReaderThatCatchesUpGetsEverything() throws Exception {
        var run = attempt(programs().floods(5_000_000)).unread().start();
        run.sink().awaitBlocked();

        run.sink().unblock();

        assertThat(run.outcome().ending()).isEqualTo(new Ending.Exited());
        assertThat(run.sink().stdout()).hasSize(5_000_000);
    }

    private static String lines(int count, String line) {
        return IntStream.rangeClosed(1, count).mapToObj(line::formatted).collect(Collectors.joining());
    }
}
