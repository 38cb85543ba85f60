package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.SandboxException;
import dev.runnel.v1.Execution;
import dev.runnel.v1.ExecutionFilter;
import dev.runnel.v1.ExecutionState;
import dev.runnel.v1.GetExecutionRequest;
import dev.runnel.v1.ListExecutionsRequest;
import dev.runnel.v1.ListExecutionsResponse;
import dev.runnel.v1.RunRequest;
import dev.runnel.v1.RunResponse;
import dev.runnel.v1.WatchExecutionsRequest;
import dev.runnel.v1.WatchExecutionsResponse;
import dev.runnel.v1.WatchExecutionsResponse.StepCase;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RecordsTest {
    private final EdgeFixture daemon = new EdgeFixture();

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void run_answers_with_the_outcome_and_all_of_a_short_output() {
        var response = run("e", 1024, "print out", "print-error err", "exit 6");

        assertThat(response.getExecution().getFinished().getOutcome().getExitCode())
                .isEqualTo(6);
        assertThat(response.getStdoutCapture().getHead().toStringUtf8()).isEqualTo("out\n");
        assertThat(response.getStdoutCapture().getOmittedBytes()).isZero();
        assertThat(response.getStderrCapture().getHead().toStringUtf8()).isEqualTo("err\n");
    }

    @Test
    void run_keeps_the_beginning_and_the_end_of_a_long_output() {
        var response = run("e", 10, "print abcdefgh", "print ijklmnop", "print qrstuvwx");

        var capture = response.getStdoutCapture();
        assertThat(capture.getHead().toStringUtf8()).isEqualTo("abcde");
        assertThat(capture.getTail().toStringUtf8()).isEqualTo("uvwx\n");
        assertThat(capture.getOmittedBytes()).isEqualTo(27 - 10);
    }

    @Test
    void run_of_what_could_not_be_run_fails_with_its_status() {
        daemon.executor.refuseNextOpen(new SandboxException.Reason.Exhausted());

        var refused = Rejection.of(() -> run("e", 10, "exit 0"));

        assertThat(refused.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(refused.reason()).isEqualTo("DAEMON_FULL");
    }

    @Test
    void a_repeated_run_answers_with_the_same_result() {
        var first = run("e", 1024, "print once");

        assertThat(run("e", 1024, "print once")).isEqualTo(first);
    }

    @Test
    void lists_are_newest_first_in_pages_and_filtered() {
        for (var i = 0; i < 5; i++) {
            daemon.now.updateAndGet(now -> now.plusSeconds(1));
            run("e" + i, 10, i % 2 == 0 ? "exit 0" : "crash-not-a-word");
        }

        var first = list(ListExecutionsRequest.newBuilder().setPageSize(2));
        var second = daemon.client()
                .listExecutions(ListExecutionsRequest.newBuilder()
                        .setPageSize(10)
                        .setPageToken(first.getNextPageToken())
                        .build());

        assertThat(ids(first.getExecutionsList())).containsExactly("e4", "e3");
        assertThat(ids(second.getExecutionsList())).containsExactly("e2", "e1", "e0");
        assertThat(second.getNextPageToken()).isEmpty();
        var failed = ListExecutionsRequest.newBuilder()
                .setFilter(ExecutionFilter.newBuilder().addStates(ExecutionState.EXECUTION_STATE_FAILED));
        assertThat(list(failed).getExecutionsList()).isEmpty();
        assertThat(Rejection.of(() -> list(ListExecutionsRequest.newBuilder().setPageToken("junk")))
                        .fields())
                .containsExactly("page_token");
    }

    @Test
    void an_ended_execution_is_forgotten_when_its_time_is_over() {
        run("e", 10, "exit 0");
        daemon.now.updateAndGet(now -> now.plus(Duration.ofMinutes(10)).minusMillis(1));
        assertThat(get("e").getState()).isEqualTo(ExecutionState.EXECUTION_STATE_FINISHED);

        daemon.now.updateAndGet(now -> now.plusMillis(1));

        assertThat(Rejection.of(() -> get("e")).reason()).isEqualTo("EXECUTION_NOT_FOUND");
        assertThat(list(ListExecutionsRequest.newBuilder()).getExecutionsList()).isEmpty();
        run("e", 10, "exit 1"); // the id is free again
    }

    @Test
    void a_watch_shows_what_there_is_then_a_mark_then_every_change() {
        run("before", 10, "exit 0");
        var watch = watch("");

        assertThat(next(watch).getExecution().getExecutionId()).isEqualTo("before");
        assertThat(next(watch).getStepCase()).isEqualTo(StepCase.SYNCED);

        run("after", 10, "exit 0");
        var step = next(watch);
        while (step.getExecution().getState() != ExecutionState.EXECUTION_STATE_FINISHED) {
            assertThat(step.getExecution().getExecutionId()).isEqualTo("after");
            step = next(watch);
        }
        daemon.now.updateAndGet(now -> now.plus(Duration.ofHours(1)));
        daemon.executions.sweep();
        // A step shows the execution as it is when the step is made: that of an earlier change may show the end
        // already, and the change to the end then comes as a step of its own.
        var removed = new ArrayList<String>();
        while (removed.size() < 2) {
            step = next(watch);
            if (step.getRemovedExecutionId().isEmpty()) {
                assertThat(step.getExecution().getExecutionId()).isEqualTo("after");
            } else {
                removed.add(step.getRemovedExecutionId());
            }
        }
        assertThat(removed).containsExactly("before", "after");
    }

    @Test
    void a_watch_that_comes_back_gets_the_mark_and_what_it_missed() {
        var first = watch("");
        var token = next(first).getResumeToken();
        run("missed", 10, "exit 0");

        var resumed = watch(token);

        assertThat(next(resumed).getStepCase()).isEqualTo(StepCase.SYNCED);
        var missed = next(resumed);
        assertThat(missed.getExecution().getExecutionId()).isEqualTo("missed");
        assertThat(Rejection.of(() -> next(watch("junk"))).fields()).containsExactly("resume_token");
    }

    private RunResponse run(String id, int maxOutput, String... lines) {
        return daemon.client()
                .run(RunRequest.newBuilder()
                        .setExecute(EdgeFixture.program(lines).setExecutionId(id))
                        .setMaxOutputBytes(maxOutput)
                        .build());
    }

    private Execution get(String id) {
        return daemon.client()
                .getExecution(
                        GetExecutionRequest.newBuilder().setExecutionId(id).build())
                .getExecution();
    }

    private ListExecutionsResponse list(ListExecutionsRequest.Builder request) {
        return daemon.client().listExecutions(request.build());
    }

    private Iterator<WatchExecutionsResponse> watch(String token) {
        return daemon.client()
                .watchExecutions(WatchExecutionsRequest.newBuilder()
                        .setResumeToken(token)
                        .build());
    }

    private static WatchExecutionsResponse next(Iterator<WatchExecutionsResponse> watch) {
        return watch.next();
    }

    private static List<String> ids(List<Execution> executions) {
        var ids = new ArrayList<String>();
        executions.forEach(execution -> ids.add(execution.getExecutionId()));
        return ids;
    }
}
