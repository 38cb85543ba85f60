package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.SendSignalRequest;
import dev.runnel.v1.Signal;
import dev.runnel.v1.StandardInput;
import dev.runnel.v1.WriteStdinRequest;
import dev.runnel.v1.WriteStdinResponse;
import io.grpc.Status.Code;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LiveInputTest {
    private final EdgeFixture daemon = new EdgeFixture();

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void inline_standard_input_is_read_to_its_end() throws Exception {
        var request = EdgeFixture.program("cat", "exit 3");
        request.getSpecBuilder().setStandardInput(StandardInput.newBuilder().setData(ByteString.copyFromUtf8("hello")));

        var events = ClientStream.execute(daemon.connect(), request.build()).rest();

        assertThat(stdout(events)).isEqualTo("hello");
        assertThat(events.getLast().getFinished().getOutcome().getExitCode()).isEqualTo(3);
    }

    @Test
    void a_write_that_is_repeated_or_overlaps_is_taken_once() throws Exception {
        var stream = ClientStream.execute(daemon.connect(), keptOpen("reach up", "cat"));
        daemon.executor.awaitReached("up");

        assertThat(write(0, "hello ", false).getAcceptedOffset()).isEqualTo(6);
        assertThat(write(0, "hello ", false).getAcceptedOffset()).isEqualTo(6);
        assertThat(write(4, "o world", false).getAcceptedOffset()).isEqualTo(11);
        var last = write(11, "!", true);
        var again = write(11, "!", true);

        assertThat(last.getAcceptedOffset()).isEqualTo(12);
        assertThat(last.getEofAccepted()).isTrue();
        assertThat(again).isEqualTo(last);
        assertThat(stdout(stream.rest())).isEqualTo("hello world!");
    }

    @Test
    void a_write_that_leaves_a_gap_is_told_where_to_go_on() throws Exception {
        var stream = ClientStream.execute(daemon.connect(), keptOpen("reach up", "cat"));
        daemon.executor.awaitReached("up");
        write(0, "abc", false);

        var refused = Rejection.of(() -> write(5, "x", false));

        assertThat(refused.code()).isEqualTo(Code.OUT_OF_RANGE);
        assertThat(refused.reason()).isEqualTo("STDIN_GAP");
        assertThat(refused.info().getMetadataMap()).containsEntry("accepted_offset", "3");
        write(3, "", true);
        assertThat(stdout(stream.rest())).isEqualTo("abc");
    }

    @Test
    void nothing_can_be_written_behind_the_end() throws Exception {
        var stream = ClientStream.execute(daemon.connect(), keptOpen("wait go", "cat"));
        daemon.executor.awaitReached("go");
        write(0, "abc", true);

        var refused = Rejection.of(() -> write(3, "d", false));

        assertThat(refused.reason()).isEqualTo("STDIN_CLOSED");
        daemon.executor.release("go");
        assertThat(stdout(stream.rest())).isEqualTo("abc");
    }

    @Test
    void a_program_that_does_not_read_bounds_what_is_taken() throws Exception {
        var stream = ClientStream.execute(daemon.connect(), keptOpen("wait go", "cat"));
        daemon.executor.awaitReached("go");
        var data = "x".repeat(1_000_000);

        var accepted = write(0, data, true);

        assertThat(accepted.getAcceptedOffset()).isBetween(1L, 600_000L);
        assertThat(accepted.getEofAccepted()).isFalse();
        daemon.executor.release("go");
        while (!accepted.getEofAccepted()) {
            var offset = accepted.getAcceptedOffset();
            accepted = write(offset, data.substring((int) offset), true);
        }
        assertThat(stdout(stream.rest())).isEqualTo(data);
    }

    @Test
    void what_was_not_kept_open_or_has_ended_takes_nothing() throws Exception {
        var stream = ClientStream.execute(
                daemon.connect(),
                EdgeFixture.program("wait go").setExecutionId("e").build());
        daemon.executor.awaitReached("go");
        var closed = Rejection.of(() -> write(0, "x", false));
        daemon.executor.release("go");
        stream.rest();
        ClientStream.execute(
                        daemon.connect(),
                        keptOpen("exit 0").toBuilder().setExecutionId("ended").build())
                .rest();

        var ended = Rejection.of(() -> daemon.client()
                .writeStdin(WriteStdinRequest.newBuilder()
                        .setExecutionId("ended")
                        .setData(ByteString.copyFromUtf8("x"))
                        .build()));

        assertThat(closed.reason()).isEqualTo("STDIN_CLOSED");
        assertThat(ended.reason()).isEqualTo("EXECUTION_NOT_RUNNING");
    }

    @Test
    void a_signal_reaches_the_program_and_only_a_running_one() throws Exception {
        var stream = ClientStream.execute(daemon.connect(), keptOpen("trap 15", "reach up", "await-signal", "exit 4"));
        daemon.executor.awaitReached("up");

        var _ = daemon.client().sendSignal(terminate());

        var events = stream.rest();
        assertThat(stdout(events)).contains("15");
        assertThat(events.getLast().getFinished().getOutcome().hasExited()).isTrue();
        assertThat(Rejection.of(() -> daemon.client().sendSignal(terminate())).reason())
                .isEqualTo("EXECUTION_NOT_RUNNING");
    }

    private WriteStdinResponse write(long offset, String data, boolean eof) {
        return daemon.client()
                .writeStdin(WriteStdinRequest.newBuilder()
                        .setExecutionId("e")
                        .setOffset(offset)
                        .setData(ByteString.copyFromUtf8(data))
                        .setEof(eof)
                        .build());
    }

    private static SendSignalRequest terminate() {
        return SendSignalRequest.newBuilder()
                .setExecutionId("e")
                .setSignal(Signal.SIGNAL_TERMINATE)
                .build();
    }

    private static ExecuteRequest keptOpen(String... lines) {
        var request = EdgeFixture.program(lines).setExecutionId("e");
        request.getSpecBuilder()
                .setStandardInput(StandardInput.newBuilder().setKeepOpen(StandardInput.KeepOpen.getDefaultInstance()));
        return request.build();
    }

    private static String stdout(List<ExecutionEvent> events) {
        return events.stream()
                .map(event -> event.getOutput().getData().toStringUtf8())
                .collect(Collectors.joining());
    }
}
