package dev.runnel.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.PreconditionFailure;
import dev.runnel.v1.CreateSessionRequest;
import dev.runnel.v1.ExecuteRequest;
import dev.runnel.v1.Program;
import dev.runnel.v1.RunRequest;
import dev.runnel.v1.SessionSpec;
import io.grpc.Status.Code;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a client can demand of a program's interpreter and of the place it runs in, from the wire on.
@Timeout(60)
class InterpreterTest {
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
    void aCellThatIsNotToBeHadIsAPreconditionOfEveryCall() {
        var execution = program(Program.newBuilder().setCode("exit 0"));
        execution.getSpecBuilder().setRequireCell(true);
        var session = CreateSessionRequest.newBuilder()
                .setSpec(SessionSpec.newBuilder().setRequireCell(true))
                .build();

        assertCellUnavailable(Rejection.of(() -> daemon.run(execution)));
        assertCellUnavailable(Rejection.of(() -> daemon.executions()
                .run(RunRequest.newBuilder().setExecute(execution).build())));
        assertCellUnavailable(Rejection.of(() -> daemon.sessionClient().createSession(session)));
        assertThat(daemon.executor.openSandboxes()).isEmpty();
    }

    private static void assertCellUnavailable(Rejection refused) {
        assertThat(refused.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(refused.reason()).isEqualTo("CELL_UNAVAILABLE");
        assertThat(refused.detail(PreconditionFailure.class).orElseThrow().getViolationsList())
                .singleElement()
                .satisfies(violation -> {
                    assertThat(violation.getType()).isEqualTo("CELL_UNAVAILABLE");
                    assertThat(violation.getDescription())
                            .isEqualTo("no executor here will do: fake: it has plain sandboxes only");
                });
    }

    @Test
    void aFreshInterpreterAndItsFlagsDecideWhetherTwoRequestsAreTheSame() {
        var plain = program(Program.newBuilder().setCode("exit 0")).setExecutionId("one");
        var fresh = program(Program.newBuilder().setCode("exit 0").setFreshInterpreter(true))
                .setExecutionId("one");
        var flagged = program(Program.newBuilder().setCode("exit 0").addInterpreterFlags("-O"))
                .setExecutionId("one");
        daemon.run(plain);

        assertThat(Rejection.of(() -> daemon.run(fresh)).reason()).isEqualTo("EXECUTION_ID_REUSED");
        assertThat(Rejection.of(() -> daemon.run(flagged)).reason()).isEqualTo("EXECUTION_ID_REUSED");
    }

    @Test
    void flagsOfTheInterpreterKeepTheirRules() {
        var tooMany =
                program(Program.newBuilder().setCode("exit 0").addAllInterpreterFlags(Collections.nCopies(65, "-O")));
        var broken = program(
                Program.newBuilder().setCode("exit 0").addInterpreterFlags("-O").addInterpreterFlags("a\0b"));
        var tooLong = program(Program.newBuilder().setCode("exit 0").addInterpreterFlags("x".repeat(4097)));

        assertThat(Rejection.of(() -> daemon.run(tooMany)).fields()).containsExactly("spec.program.interpreter_flags");
        assertThat(Rejection.of(() -> daemon.run(broken)).fields())
                .containsExactly("spec.program.interpreter_flags[1]");
        assertThat(Rejection.of(() -> daemon.run(tooLong)).fields())
                .containsExactly("spec.program.interpreter_flags[0]");
    }

    private static ExecuteRequest.Builder program(Program.Builder program) {
        var request = ExecuteRequest.newBuilder();
        request.getSpecBuilder().setProgram(program.setLanguage("python"));
        return request;
    }
}
