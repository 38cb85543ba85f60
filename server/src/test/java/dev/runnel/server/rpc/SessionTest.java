package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.v1.CancelledBy;
import dev.runnel.v1.CreateSessionRequest;
import dev.runnel.v1.DeleteSessionRequest;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.ExecuteResponse;
import dev.runnel.v1.ExecutionEvent;
import dev.runnel.v1.ExecutionSpec;
import dev.runnel.v1.GetExecutionRequest;
import dev.runnel.v1.GetSessionRequest;
import dev.runnel.v1.IfSessionBusy;
import dev.runnel.v1.Isolation;
import dev.runnel.v1.Limits;
import dev.runnel.v1.ListSessionsRequest;
import dev.runnel.v1.Program;
import dev.runnel.v1.SandboxKind;
import dev.runnel.v1.Session;
import dev.runnel.v1.SessionFilter;
import dev.runnel.v1.SessionSpec;
import dev.runnel.v1.SessionState;
import io.grpc.Status.Code;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SessionTest {
    private DataFixture daemon;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        daemon = new DataFixture(directory);
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    @Test
    void aSessionTellsWhatItIs() {
        var response = daemon.sessionClient()
                .createSession(CreateSessionRequest.newBuilder()
                        .setSessionId("s")
                        .setSpec(SessionSpec.newBuilder()
                                .setLimits(Limits.newBuilder().setMemoryBytes(77 << 20)))
                        .putLabels("team", "red")
                        .build());

        var session = response.getSession();
        assertThat(response.getInstanceId()).isEqualTo(DataFixture.INSTANCE);
        assertThat(session.getSessionId()).isEqualTo("s");
        assertThat(session.getState()).isEqualTo(SessionState.SESSION_STATE_IDLE);
        assertThat(session.getExecutor()).isEqualTo("fake");
        assertThat(session.getIsolation()).isEqualTo(Isolation.ISOLATION_PROCESS);
        assertThat(session.getSandboxKind()).isEqualTo(SandboxKind.SANDBOX_KIND_PLAIN);
        assertThat(session.getLimitsList()).anyMatch(limit -> limit.getAmount() == 77 << 20);
        assertThat(session.getLabelsMap()).containsEntry("team", "red");
        assertThat(session.getExpireTime())
                .isEqualTo(ToProto.timestamp(daemon.clock.instant().plus(DataFixture.IDLE)));
        assertThat(get("s")).isEqualTo(session);
    }

    @Test
    void aWorkspaceOutlivesItsExecutionsWhateverTheirLanguages() {
        create("s");

        daemon.run(in("s", "python", "write data.txt hello"));
        var events = daemon.run(in("s", "bash", "read data.txt"));

        assertThat(DataFixture.stdout(events)).startsWith("hello");
        assertThat(events.getFirst().getAccepted().getResolvedSpec().getSessionId())
                .isEqualTo("s");
        assertThat(daemon.executor.openSandboxes()).hasSize(1);
        assertThat(DataFixture.stdout(daemon.run(in("", "bash", "read data.txt"))))
                .as("without the session it is not there")
                .isEmpty();
    }

    @Test
    void aSecondProgramWaitsForTheFirst() throws Exception {
        create("s");
        var first = execute(in("s", "python", "wait go").setExecutionId("first"));
        awaitStarted(first);
        var second = execute(in("s", "python", "print second"));
        var queued = second.next().getEvent();
        while (!queued.hasQueued()) {
            queued = second.next().getEvent();
        }

        assertThat(queued.getQueued().getAhead()).isEqualTo(1);
        assertThat(get("s").getState()).isEqualTo(SessionState.SESSION_STATE_BUSY);
        assertThat(get("s").getCurrentExecutionId()).isEqualTo("first");
        assertThat(get("s").hasExpireTime()).isFalse();
        daemon.executor.release("go");
        assertThat(last(first).getFinished().getOutcome().getExitCode()).isZero();
        assertThat(last(second).getFinished().getOutcome().getExitCode()).isZero();
    }

    @Test
    void whoDoesNotWantToWaitIsRefused() {
        create("s");
        var first = execute(in("s", "python", "wait go"));
        awaitStarted(first);
        var impatient = in("s", "python", "print x");
        impatient.getSpecBuilder().setIfSessionBusy(IfSessionBusy.IF_SESSION_BUSY_FAIL);

        var rejection = Rejection.of(() -> daemon.run(impatient));

        assertThat(rejection.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(rejection.reason()).isEqualTo("SESSION_BUSY");
        daemon.executor.release("go");
        assertThat(last(first).hasFinished()).isTrue();
    }

    @Test
    void aLostSessionIsLostForEver() {
        create("s");

        var lost = Rejection.of(() -> daemon.run(in("s", "python", "crash")));
        assertThat(lost.code()).isEqualTo(Code.ABORTED);
        assertThat(lost.reason()).isEqualTo("SANDBOX_LOST");

        for (var i = 0; i < 2; i++) {
            var again = Rejection.of(() -> daemon.run(in("s", "python", "print x")));
            assertThat(again.code()).isEqualTo(Code.FAILED_PRECONDITION);
            assertThat(again.reason()).isEqualTo("SESSION_LOST");
        }
        assertThat(get("s").getState()).isEqualTo(SessionState.SESSION_STATE_LOST);
        assertThat(create("s").getState()).isEqualTo(SessionState.SESSION_STATE_LOST);
    }

    @Test
    void aSandboxThatWentAwayBetweenTwoRunsIsALostSessionAtOnce() {
        create("s");
        daemon.executor.openSandboxes().forEach(sandbox -> sandbox.close());

        var rejection = Rejection.of(() -> daemon.run(in("s", "python", "print x")));

        assertThat(rejection.reason()).isEqualTo("SESSION_LOST");
    }

    @Test
    void deletingASessionCancelsWhatRunsAndWaitsInIt() {
        create("s");
        var running = execute(in("s", "python", "print before\nwait forever"));
        awaitStarted(running);
        var waiting = execute(in("s", "python", "print x").setExecutionId("waiting"));
        assertThat(waiting.next().getEvent().hasAccepted()).isTrue();

        delete("s");

        for (var events : List.of(running, waiting)) {
            var cause = last(events).getFinished().getOutcome();
            assertThat(cause.getCancelled().getBy()).isEqualTo(CancelledBy.CANCELLED_BY_SESSION_DELETED);
        }
        assertThat(daemon.executor.openSandboxes()).isEmpty();
        delete("s");
        assertThat(notFound("s").reason()).isEqualTo("SESSION_NOT_FOUND");
        assertThat(daemon.executions()
                        .getExecution(GetExecutionRequest.newBuilder()
                                .setExecutionId("waiting")
                                .build())
                        .getExecution()
                        .hasFinished())
                .as("its record stays")
                .isTrue();
    }

    @Test
    void anUnknownSessionIsTheSameForEveryMethod() {
        var get = notFound("none");
        var execute = Rejection.of(() -> daemon.run(in("none", "python", "print x")));

        assertThat(get.code()).isEqualTo(Code.NOT_FOUND);
        assertThat(execute.status()).isEqualTo(get.status());
    }

    @Test
    void whatTheSessionHasFixedIsRefused() {
        create("s");
        var request = in("s", "python", "print x");
        request.getSpecBuilder().getLimitsBuilder().setMemoryBytes(1 << 20).setCpuMillis(1);

        var rejection = Rejection.of(() -> daemon.run(request));

        assertThat(rejection.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(rejection.reason()).isEqualTo("FIXED_BY_SESSION");
        assertThat(rejection.fields()).containsExactly("spec.limits.memory_bytes", "spec.limits.cpu_millis");
    }

    @Test
    void theWallLimitOfASessionIsTheDefaultOfItsExecutions() {
        daemon.sessionClient()
                .createSession(CreateSessionRequest.newBuilder()
                        .setSessionId("s")
                        .setSpec(SessionSpec.newBuilder()
                                .setLimits(Limits.newBuilder().setWallTime(ToProto.duration(Duration.ofSeconds(7)))))
                        .build());

        var events = daemon.run(in("s", "python", "print x"));

        assertThat(events.getFirst().getAccepted().getResolvedSpec().getLimitsList())
                .anyMatch(limit -> limit.getDuration().getSeconds() == 7);
    }

    @Test
    void anotherSpecUnderTheSameIdIsRefused() {
        create("s");

        var rejection = Rejection.of(() -> daemon.sessionClient()
                .createSession(CreateSessionRequest.newBuilder()
                        .setSessionId("s")
                        .setSpec(SessionSpec.newBuilder()
                                .setLimits(Limits.newBuilder().setProfile("simple")))
                        .build()));

        assertThat(rejection.code()).isEqualTo(Code.ALREADY_EXISTS);
        assertThat(rejection.reason()).isEqualTo("SESSION_ID_REUSED");
    }

    @Test
    void whatThisDaemonCannotDoIsRefused() {
        var cell = Rejection.of(() -> daemon.sessionClient()
                .createSession(CreateSessionRequest.newBuilder()
                        .setSpec(SessionSpec.newBuilder().setRequireCell(true))
                        .build()));
        var image = Rejection.of(() -> daemon.sessionClient()
                .createSession(CreateSessionRequest.newBuilder()
                        .setSpec(SessionSpec.newBuilder().setImage("python:3.11-slim"))
                        .build()));
        var mounts = Rejection.of(() -> daemon.sessionClient()
                .createSession(CreateSessionRequest.newBuilder()
                        .setSpec(SessionSpec.newBuilder().addMounts("data"))
                        .build()));
        var cpu = Rejection.of(() -> daemon.sessionClient()
                .createSession(CreateSessionRequest.newBuilder()
                        .setSpec(SessionSpec.newBuilder()
                                .setLimits(Limits.newBuilder().setCpuMillis(100)))
                        .build()));
        var instance = Rejection.of(() -> daemon.sessionClient()
                .createSession(CreateSessionRequest.newBuilder()
                        .setExpectedInstance("another")
                        .build()));

        assertThat(cell.reason()).isEqualTo("CELL_UNAVAILABLE");
        assertThat(image.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(image.reason()).isEqualTo("IMAGE_UNAVAILABLE");
        assertThat(mounts.reason()).isEqualTo("EXTRA_UNAVAILABLE");
        assertThat(cpu.reason()).isEqualTo("LIMIT_NOT_ENFORCEABLE");
        assertThat(instance.reason()).isEqualTo("INSTANCE_CHANGED");
        assertThat(daemon.executor.openSandboxes()).isEmpty();
    }

    @Test
    void sessionsAreListedInPages() {
        for (var id : List.of("a", "b", "c")) {
            create(id);
            daemon.clock.advance(Duration.ofSeconds(1));
        }
        var firstPage = ListSessionsRequest.newBuilder().setPageSize(2).build();

        var first = daemon.sessionClient().listSessions(firstPage);
        var second = daemon.sessionClient()
                .listSessions(firstPage.toBuilder()
                        .setPageToken(first.getNextPageToken())
                        .build());
        var other = Rejection.of(() -> daemon.sessionClient()
                .listSessions(firstPage.toBuilder()
                        .setFilter(SessionFilter.newBuilder().putLabels("a", "b"))
                        .setPageToken(first.getNextPageToken())
                        .build()));

        assertThat(first.getSessionsList()).extracting(Session::getSessionId).containsExactly("c", "b");
        assertThat(second.getSessionsList()).extracting(Session::getSessionId).containsExactly("a");
        assertThat(second.getNextPageToken()).isEmpty();
        assertThat(other.fields()).containsExactly("page_token");
    }

    private Session create(String id) {
        return daemon.sessionClient()
                .createSession(
                        CreateSessionRequest.newBuilder().setSessionId(id).build())
                .getSession();
    }

    private Session get(String id) {
        return daemon.sessionClient()
                .getSession(GetSessionRequest.newBuilder().setSessionId(id).build())
                .getSession();
    }

    private Rejection notFound(String id) {
        return Rejection.of(() -> get(id));
    }

    private void delete(String id) {
        assertThat(daemon.sessionClient()
                        .deleteSession(DeleteSessionRequest.newBuilder()
                                .setSessionId(id)
                                .build())
                        .isInitialized())
                .isTrue();
    }

    private static ExecuteRequest.Builder in(String session, String language, String code) {
        return ExecuteRequest.newBuilder()
                .setSpec(ExecutionSpec.newBuilder()
                        .setSessionId(session)
                        .setProgram(Program.newBuilder().setLanguage(language).setCode(code)));
    }

    private Iterator<ExecuteResponse> execute(ExecuteRequest.Builder request) {
        return daemon.executions().execute(request.build());
    }

    private static void awaitStarted(Iterator<ExecuteResponse> events) {
        while (!events.next().getEvent().hasStarted()) {
            // until it has
        }
    }

    private static ExecutionEvent last(Iterator<ExecuteResponse> events) {
        var all = new ArrayList<ExecutionEvent>();
        events.forEachRemaining(response -> all.add(response.getEvent()));
        return all.getLast();
    }
}
