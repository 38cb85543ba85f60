package dev.runnel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class CommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "exec",
                "exec python --no-such-option",
                "exec python -c 1 --timeout soon",
                "exec python -c 1 --memory 1MB",
                "exec python -c 1 --cpus 0.0001",
                "exec python -c 1 --processes many",
                "exec python -c 1 --isolation strong",
                "exec python - --stdin -",
                "exec python -c 1 --interpreter-flag",
                "exec python -c 1 --address localhost:1",
                "exec python -c 1 --address nowhere --token-file /dev/null",
                "exec python -c 1 --address h:1 --socket /s",
                "exec python -c 1 --token-file /dev/null",
                "exec python /no/such/file",
                "run /no/such/file.md",
                "chat",
                "chat /no/such/file.md",
                "chat --text swedish /no/such/file.md",
                "approve --deny",
                "approve --reason because",
                "approve --list --id e1",
            })
    void wrong_usage_is_told_on_stderr_without_a_stack_trace_and_exits_with_121(String line) {
        var code = execute(line.split(" "));

        assertThat(code).isEqualTo(121);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .startsWith("runnel: ")
                .doesNotContain("\tat ")
                .doesNotContain("Exception");
    }

    @Test
    void a_bad_quantity_is_told_with_its_option_and_what_was_expected() {
        var _ = execute("exec", "python", "-c", "1", "--memory", "1MB");

        assertThat(err.toString()).contains("--memory").contains("256MiB");
    }

    @Test
    void every_command_has_help() {
        for (var name : RunnelCommand.commandLine().getSubcommands().keySet()) {
            assertThat(execute("help", name)).as(name).isZero();
        }
        assertThat(out.toString()).contains("--timeout", "--take-over", "--interrupt");
    }

    @Test
    void the_version_is_told() {
        assertThat(execute("--version")).isZero();
        assertThat(out.toString()).startsWith("runnel ");
    }

    private int execute(String... arguments) {
        CommandLine command = RunnelCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }
}
