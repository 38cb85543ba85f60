package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.v1.CancelExecutionRequest;
import dev.runnel.v1.CancelMode;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.ExecutionEvent.KindCase;
import io.grpc.Status.Code;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SlowClientTest {
    private final EdgeFixture daemon = new EdgeFixture();

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void a_client_that_never_reads_holds_the_program_back_and_cancel_still_works() throws Exception {
        // The program would have reached the end if 512 MiB had gone anywhere.
        var driver = ClientStream.execute(
                daemon.connect(),
                large("reach begin", "flood 512MiB", "reach end")
                        .setExecutionId("e")
                        .build(),
                1);
        daemon.executor.awaitReached("begin");

        var cancelled = daemon.client()
                .cancelExecution(CancelExecutionRequest.newBuilder()
                        .setExecutionId("e")
                        .setMode(CancelMode.CANCEL_MODE_KILL)
                        .build());

        var finished = cancelled.getExecution().getFinished();
        assertThat(finished.getOutcome().hasCancelled()).isTrue();
        assertThat(finished.getUsage().getStdoutBytes()).isLessThan(16 << 20);

        driver.read();
        var events = driver.rest();
        assertThat(driver.code()).isEqualTo(Code.OK);
        assertThat(events.getLast().getFinished()).isEqualTo(finished);
        assertThat(bytes(events)).isEqualTo(finished.getUsage().getStdoutBytes());
    }

    @Test
    void all_output_of_a_fast_program_reaches_a_client_that_reads() throws Exception {
        var driver = ClientStream.execute(
                daemon.connect(), large("flood 128MiB", "exit 0").build());

        long bytes = 0;
        for (var next = driver.next(); next.isPresent(); next = driver.next()) {
            if (next.get().getKindCase() == KindCase.OUTPUT) {
                assertThat(next.get().getOutput().getOffset()).isEqualTo(bytes);
                assertThat(next.get().getOutput().getData().size()).isBetween(1, 65_536);
                bytes += next.get().getOutput().getData().size();
            }
        }

        assertThat(bytes).isEqualTo(128 << 20);
        assertThat(driver.code()).isEqualTo(Code.OK);
    }

    private static ExecuteRequest.Builder large(String... lines) {
        var request = EdgeFixture.program(lines);
        request.getSpecBuilder().getLimitsBuilder().setOutputBytes(1 << 30);
        return request;
    }

    private static long bytes(Iterable<ExecutionEvent> events) {
        long bytes = 0;
        for (var event : events) {
            bytes += event.getOutput().getData().size();
        }
        return bytes;
    }
}
