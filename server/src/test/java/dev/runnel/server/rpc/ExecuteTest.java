package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.RetryInfo;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.server.observe.Incidents;
import dev.runnel.v1.CancelExecutionRequest;
import dev.runnel.v1.CancelMode;
import dev.runnel.v1.CancelledBy;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecuteResponse;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.ExecutionEvent.KindCase;
import dev.runnel.v1.ExecutionState;
import dev.runnel.v1.GetExecutionRequest;
import dev.runnel.v1.OnOutputLimit;
import dev.runnel.v1.Outcome;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ExecuteTest {
    private final EdgeFixture daemon = new EdgeFixture();

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void a_program_runs_and_its_events_follow_the_grammar() {
        var events = execute(EdgeFixture.program("print hello", "print-error oops", "exit 3"));

        assertThat(events.stream().map(ExecutionEvent::getKindCase))
                .containsExactly(
                        KindCase.ACCEPTED, KindCase.STARTED, KindCase.OUTPUT, KindCase.OUTPUT, KindCase.FINISHED);
        assertThat(events.stream().map(ExecutionEvent::getSequence)).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(events.getFirst().getAccepted().getInstanceId()).isEqualTo(EdgeFixture.INSTANCE);
        assertThat(events.get(2).getOutput().getData().toStringUtf8()).isEqualTo("hello\n");
        assertThat(events.get(3).getOutput().getData().toStringUtf8()).isEqualTo("oops\n");
        var outcome = events.getLast().getFinished().getOutcome();
        assertThat(outcome.getCauseCase()).isEqualTo(Outcome.CauseCase.EXITED);
        assertThat(outcome.getExitCode()).isEqualTo(3);
        assertThat(outcome.hasSignal()).isFalse();
    }

    @Test
    void an_ended_execution_can_be_read() {
        var events =
                execute(EdgeFixture.program("print x").setExecutionId("one").putLabels("a", "b"));

        var execution = get("one");

        assertThat(execution.getState()).isEqualTo(ExecutionState.EXECUTION_STATE_FINISHED);
        assertThat(execution.getFinished()).isEqualTo(events.getLast().getFinished());
        assertThat(execution.getLastSequence()).isEqualTo(events.getLast().getSequence());
        assertThat(execution.getFirstAvailableSequence()).isEqualTo(1);
        assertThat(execution.getLabelsMap()).containsEntry("a", "b");
        assertThat(execution.hasExpireTime()).isTrue();
    }

    @Test
    void a_lost_sandbox_ends_the_execution_and_the_call_with_the_same_status() {
        var events = new ArrayList<ExecutionEvent>();

        var refused = Rejection.of(() -> daemon.client()
                .execute(EdgeFixture.program("print x", "crash")
                        .setExecutionId("lost")
                        .build())
                .forEachRemaining(response -> events.add(response.getEvent())));

        assertThat(refused.code()).isEqualTo(Code.ABORTED);
        assertThat(refused.reason()).isEqualTo("SANDBOX_LOST");
        assertThat(events.getLast().getFailed().getStatus()).isEqualTo(refused.status());
        assertThat(events.getLast().getFailed().getProgramMayHaveRun()).isTrue();
        assertThat(get("lost").getFailed()).isEqualTo(events.getLast().getFailed());
    }

    @Test
    void a_sandbox_that_can_t_be_had_is_unavailable_and_the_same_id_may_run_again() {
        daemon.executor.refuseNextOpen(new SandboxException.Reason.Unavailable());
        var request = EdgeFixture.program("exit 0").setExecutionId("again");

        var refused = Rejection.of(() -> execute(request));
        var second = execute(request);

        assertThat(refused.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refused.reason()).isEqualTo("EXECUTOR_DOWN");
        assertThat(refused.detail(RetryInfo.class)).isPresent();
        assertThat(second.getLast().getKindCase()).isEqualTo(KindCase.FINISHED);
    }

    @Test
    void the_same_request_again_gets_the_same_events_and_runs_nothing() {
        var request = EdgeFixture.program("print once").setExecutionId("same");

        var first = execute(request);
        var second = execute(request.putLabels("other", "label"));

        assertThat(second).isEqualTo(first);
    }

    @Test
    void another_request_under_the_same_id_is_refused() {
        execute(EdgeFixture.program("print 1").setExecutionId("id"));

        var refused = Rejection.of(() -> execute(EdgeFixture.program("print 2").setExecutionId("id")));

        assertThat(refused.code()).isEqualTo(Code.ALREADY_EXISTS);
        assertThat(refused.reason()).isEqualTo("EXECUTION_ID_REUSED");
    }

    @Test
    void validate_only_answers_with_the_resolved_spec_and_leaves_no_trace() {
        var events = execute(EdgeFixture.program("print 1").setExecutionId("v").setValidateOnly(true));

        assertThat(events).hasSize(1);
        assertThat(events.getFirst().getAccepted().getExecutionId()).isEmpty();
        assertThat(events.getFirst().getAccepted().getResolvedSpec().getLanguage())
                .isEqualTo("python");
        assertThat(Rejection.of(() -> get("v")).reason()).isEqualTo("EXECUTION_NOT_FOUND");
    }

    @Test
    void another_instance_than_the_expected_one_runs_nothing() {
        var refused = Rejection.of(() -> execute(EdgeFixture.program("print 1").setExpectedInstance("older")));

        assertThat(refused.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(refused.reason()).isEqualTo("INSTANCE_CHANGED");
    }

    @Test
    void cancel_kills_at_once_and_tells_who_it_was() throws InterruptedException {
        var client = daemon.client();
        var events = client.execute(EdgeFixture.program("print x", "wait forever")
                .setExecutionId("c")
                .build());
        daemon.executor.awaitReached("forever");

        var cancelled = daemon.client().cancelExecution(cancel("c", CancelMode.CANCEL_MODE_KILL));

        var outcome = cancelled.getExecution().getFinished().getOutcome();
        assertThat(outcome.getCancelled().getBy()).isEqualTo(CancelledBy.CANCELLED_BY_CLIENT);
        assertThat(outcome.getSignalName()).isEqualTo("SIGKILL");
        var all = new ArrayList<ExecuteResponse>();
        events.forEachRemaining(all::add);
        assertThat(all.getLast().getEvent().getFinished())
                .isEqualTo(cancelled.getExecution().getFinished());
    }

    @Test
    void an_interrupt_that_the_program_obeys_is_a_cancel_with_the_program_s_own_status() throws InterruptedException {
        var events = daemon.client()
                .execute(EdgeFixture.program("trap 2", "reach trapped", "await-signal", "exit 7")
                        .setExecutionId("i")
                        .build());
        daemon.executor.awaitReached("trapped");

        var cancelled = daemon.client().cancelExecution(cancel("i", CancelMode.CANCEL_MODE_INTERRUPT));

        var outcome = cancelled.getExecution().getFinished().getOutcome();
        assertThat(outcome.getCancelled().getBy()).isEqualTo(CancelledBy.CANCELLED_BY_CLIENT);
        assertThat(outcome.getExitCode()).isEqualTo(7);
        events.forEachRemaining(_ -> {});
    }

    @Test
    void an_interrupt_that_the_program_ignores_is_followed_by_a_kill() throws InterruptedException {
        var events = daemon.client()
                .execute(EdgeFixture.program("trap 2", "wait forever")
                        .setExecutionId("k")
                        .build());
        daemon.executor.awaitReached("forever");

        var cancelled = daemon.client()
                .cancelExecution(cancel("k", CancelMode.CANCEL_MODE_INTERRUPT).toBuilder()
                        .setGrace(Duration.newBuilder().setNanos(1_000_000))
                        .build());

        var outcome = cancelled.getExecution().getFinished().getOutcome();
        assertThat(outcome.getCancelled().getBy()).isEqualTo(CancelledBy.CANCELLED_BY_CLIENT);
        assertThat(outcome.getSignal()).isEqualTo(9);
        events.forEachRemaining(_ -> {});
    }

    @Test
    void cancelling_what_has_ended_changes_nothing() {
        execute(EdgeFixture.program("exit 4").setExecutionId("done"));

        var answer = daemon.client().cancelExecution(cancel("done", CancelMode.CANCEL_MODE_KILL));

        assertThat(answer.getExecution().getFinished().getOutcome().getExitCode())
                .isEqualTo(4);
        assertThat(answer.getExecution().getFinished().getOutcome().hasExited()).isTrue();
    }

    @Test
    void an_unknown_execution_is_not_found() {
        var refused =
                Rejection.of(() -> daemon.client().cancelExecution(cancel("nobody", CancelMode.CANCEL_MODE_KILL)));

        assertThat(refused.code()).isEqualTo(Code.NOT_FOUND);
        assertThat(refused.reason()).isEqualTo("EXECUTION_NOT_FOUND");
    }

    @Test
    void a_rule_that_is_broken_names_the_field_and_not_its_value() {
        var request = EdgeFixture.program("exit 0").setExecutionId("not allowed!");
        request.getSpecBuilder().getProgramBuilder().clearSource();
        request.getSpecBuilder().getLimitsBuilder().setMemoryBytes(-1);

        var refused = Rejection.of(() -> execute(request));

        assertThat(refused.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(refused.reason()).isEqualTo("FIELD_INVALID");
        assertThat(refused.fields()).contains("execution_id", "spec.program.source", "spec.limits.memory_bytes");
        assertThat(refused.status().toString()).doesNotContain("not allowed!");
    }

    @Test
    void a_field_of_a_newer_contract_is_refused_wherever_it_is() {
        var request = EdgeFixture.program("exit 0");
        var unknown = UnknownFieldSet.newBuilder()
                .addField(4711, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        request.getSpecBuilder().getLimitsBuilder().setUnknownFields(unknown);

        var refused = Rejection.of(() -> execute(request));

        assertThat(refused.reason()).isEqualTo("UNKNOWN_FIELD");
        assertThat(refused.fields()).containsExactly("spec.limits");
    }

    @Test
    void an_enum_value_of_a_newer_contract_is_refused() {
        var request = EdgeFixture.program("exit 0");
        request.getSpecBuilder().getLimitsBuilder().setOnOutputLimitValue(99);

        var refused = Rejection.of(() -> execute(request));

        assertThat(refused.reason()).isEqualTo("UNKNOWN_FIELD");
        assertThat(refused.fields()).containsExactly("spec.limits.on_output_limit");
    }

    @Test
    void what_can_t_be_done_yet_is_refused_by_name() {
        var request = EdgeFixture.program("exit 0");
        request.getSpecBuilder().getTerminalBuilder().setColumns(80).setRows(24);

        var refused = Rejection.of(() -> execute(request));

        assertThat(refused.reason()).isEqualTo("FIELD_NOT_SUPPORTED");
        assertThat(refused.fields()).containsExactly("spec.terminal");
    }

    @Test
    void limits_end_the_program_with_their_own_outcome() {
        var flood = EdgeFixture.program("flood 1MiB");
        flood.getSpecBuilder().getLimitsBuilder().setOutputBytes(100_000);
        var discard = EdgeFixture.program("flood 1MiB", "exit 5");
        discard.getSpecBuilder()
                .getLimitsBuilder()
                .setOutputBytes(100_000)
                .setOnOutputLimit(OnOutputLimit.ON_OUTPUT_LIMIT_DISCARD);

        var killed = execute(flood).getLast().getFinished();
        var dropped = execute(discard).getLast().getFinished();

        assertThat(killed.getOutcome().hasOutputExceeded()).isTrue();
        assertThat(killed.getUsage().getStdoutBytes()).isEqualTo(100_000);
        assertThat(dropped.getOutcome().getExitCode()).isEqualTo(5);
        assertThat(dropped.getUsage().getStdoutDroppedBytes()).isEqualTo((1 << 20) - 100_000);
    }

    @Test
    void an_unknown_language_is_a_precondition() {
        var request = EdgeFixture.program("exit 0");
        request.getSpecBuilder().getProgramBuilder().setLanguage("cobol");

        var refused = Rejection.of(() -> execute(request));

        assertThat(refused.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(refused.reason()).isEqualTo("LANGUAGE_UNAVAILABLE");
    }

    @Test
    void a_defect_is_told_by_an_incident_and_nothing_else() {
        var defect = new IllegalStateException("secret detail");

        var failure = Incidents.report("a test", "request", "none", defect);

        var refused = Rejection.of(Statuses.exception(failure));
        assertThat(refused.code()).isEqualTo(Code.INTERNAL);
        assertThat(refused.info().getMetadataMap()).containsKey("incident");
        assertThat(refused.status().toString()).doesNotContain("secret detail");
    }

    private List<ExecutionEvent> execute(ExecuteRequest.Builder request) {
        var events = new ArrayList<ExecutionEvent>();
        daemon.client().execute(request.build()).forEachRemaining(response -> events.add(response.getEvent()));
        return events;
    }

    private dev.runnel.v1.Execution get(String id) {
        return daemon.client()
                .getExecution(
                        GetExecutionRequest.newBuilder().setExecutionId(id).build())
                .getExecution();
    }

    private static CancelExecutionRequest cancel(String id, CancelMode mode) {
        return CancelExecutionRequest.newBuilder()
                .setExecutionId(id)
                .setMode(mode)
                .build();
    }
}
