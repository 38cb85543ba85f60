package dev.runnel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.v1.ExecutionSpec;
import dev.runnel.v1.Isolation;
import dev.runnel.v1.Limits;
import dev.runnel.v1.Program;
import dev.runnel.v1.SessionSpec;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

final class ExecutionOptionsTest {
    @Command
    private static final class Any {
        @Mixin
        private ExecutionOptions options = new ExecutionOptions();
    }

    private static ExecutionOptions parse(String... arguments) {
        return CommandLine.populateCommand(new Any(), arguments).options;
    }

    @Test
    void without_options_everything_is_the_daemons_default() throws Exception {
        var options = parse();

        assertThat(options.execution())
                .isEqualTo(ExecutionSpec.newBuilder()
                        .setProgram(Program.getDefaultInstance())
                        .setLimits(Limits.getDefaultInstance())
                        .build());
        assertThat(options.session().build())
                .isEqualTo(SessionSpec.newBuilder()
                        .setLimits(Limits.getDefaultInstance())
                        .build());
        assertThat(options.folder()).isEmpty();
        assertThat(options.json()).isFalse();
    }

    @Test
    void what_holds_a_program_is_asked_of_its_execution_and_of_its_session_alike() {
        var options = parse(
                "--require-cell",
                "--isolation",
                "kernel",
                "--executor",
                "gvisor",
                "--image",
                "python:3",
                "--memory",
                "1MiB");

        var execution = options.execution();
        var session = options.session();

        assertThat(execution.getRequireCell()).isTrue();
        assertThat(execution.getMinimumIsolation()).isEqualTo(Isolation.ISOLATION_KERNEL);
        assertThat(execution.getExecutor()).isEqualTo("gvisor");
        assertThat(execution.getImage()).isEqualTo("python:3");
        assertThat(execution.getLimits().getMemoryBytes()).isEqualTo(1 << 20);
        assertThat(session.getRequireCell()).isTrue();
        assertThat(session.getMinimumIsolation()).isEqualTo(Isolation.ISOLATION_KERNEL);
        assertThat(session.getExecutor()).isEqualTo("gvisor");
        assertThat(session.getImage()).isEqualTo("python:3");
        assertThat(session.getLimits()).isEqualTo(execution.getLimits());
    }

    @Test
    void what_the_interpreter_is_asked_for_is_said_of_the_program() {
        var options = parse("--fresh-interpreter", "--interpreter-flag=-W", "--interpreter-flag", "error");

        assertThat(options.program().getFreshInterpreter()).isTrue();
        assertThat(options.program().getInterpreterFlagsList()).containsExactly("-W", "error");
        assertThat(options.execution().getProgram()).isEqualTo(options.program());
    }

    @Test
    void a_folder_and_json_can_be_had(@TempDir Path folder) throws Exception {
        var options = parse("--dir", folder.toString(), "--json");

        assertThat(options.folder()).isPresent();
        assertThat(options.json()).isTrue();
    }
}
