package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import dev.runnel.server.admission.Admission;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.ExecutionEvent.KindCase;
import dev.runnel.v1.OnDisconnect;
import io.grpc.Status.Code;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class QueueTest {
    private final EdgeFixture daemon = new EdgeFixture(new Admission.Bounds(1, 1, 1), Duration.ofMillis(20));

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void what_finds_no_permit_waits_and_runs_in_its_turn() throws Exception {
        var first = begin("wait go");
        daemon.executor.awaitReached("go");
        var second = ClientStream.execute(
                daemon.connect(), EdgeFixture.program("exit 7").build());
        second.next();

        assertThat(second.next().orElseThrow().getKindCase()).isEqualTo(KindCase.QUEUED);

        daemon.executor.release("go");
        assertThat(second.rest().getLast().getFinished().getOutcome().getExitCode())
                .isEqualTo(7);
        assertThat(first.code()).isEqualTo(Code.OK);
    }

    @Test
    void what_waited_too_long_has_not_run_and_may_be_repeated() throws Exception {
        var first = begin("wait go");
        daemon.executor.awaitReached("go");
        var impatient = EdgeFixture.program("exit 0").setExecutionId("i");
        impatient
                .getSpecBuilder()
                .setMaxQueueTime(com.google.protobuf.Duration.newBuilder().setNanos(1_000_000));

        var refused = Rejection.of(
                ClientStream.execute(daemon.connect(), impatient.build()).end());

        assertThat(refused.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(refused.reason()).isEqualTo("QUEUE_TIME_EXCEEDED");
        assertThat(refused.detail(RetryInfo.class)).isPresent();
        daemon.executor.release("go");
        assertThat(first.code()).isEqualTo(Code.OK);
        assertThat(ClientStream.execute(daemon.connect(), impatient.build()).rest())
                .last()
                .matches(ExecutionEvent::hasFinished);
    }

    @Test
    void a_full_line_refuses_and_leaves_no_trace() throws Exception {
        var first = begin("wait go");
        daemon.executor.awaitReached("go");
        var second = ClientStream.execute(
                daemon.connect(), EdgeFixture.program("exit 0").build());
        second.next();

        var refused = Rejection.of(ClientStream.execute(
                        daemon.connect(), EdgeFixture.program("exit 0").build())
                .end());

        assertThat(refused.reason()).isEqualTo("DAEMON_FULL");
        assertThat(refused.detail(QuotaFailure.class)).isPresent();
        daemon.executor.release("go");
        assertThat(first.code()).isEqualTo(Code.OK);
        assertThat(second.code()).isEqualTo(Code.OK);
    }

    @Test
    void a_tenant_has_only_so_many_detached_executions() throws Exception {
        var detached = EdgeFixture.program("wait go")
                .setOnDisconnect(OnDisconnect.newBuilder().setDetach(OnDisconnect.Detach.getDefaultInstance()))
                .build();
        var first = ClientStream.execute(daemon.connect(), detached);
        daemon.executor.awaitReached("go");

        var refused =
                Rejection.of(ClientStream.execute(daemon.connect(), detached).end());

        assertThat(refused.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(refused.reason()).isEqualTo("TENANT_QUOTA_EXCEEDED");
        daemon.executor.release("go");
        assertThat(first.code()).isEqualTo(Code.OK);
    }

    @Test
    void a_silent_stream_has_heartbeats_that_do_not_count() throws Exception {
        var stream = begin("reach silent", "wait go");
        daemon.executor.awaitReached("silent");
        var next = stream.next().orElseThrow();
        while (!next.hasHeartbeat()) {
            next = stream.next().orElseThrow();
        }

        assertThat(next.getSequence()).isZero();
        daemon.executor.release("go");
        assertThat(stream.rest().getLast().getSequence()).isEqualTo(3);
    }

    private ClientStream begin(String... lines) {
        return ClientStream.execute(daemon.connect(), request(lines));
    }

    private static ExecuteRequest request(String... lines) {
        return EdgeFixture.program(lines).build();
    }
}
