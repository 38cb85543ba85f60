package dev.runnel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `runnel exec` with a daemon inside the command.
final class ExecIT {
    @TempDir
    private Path folder = Path.of("");

    private Distribution runnel = new Distribution(folder);

    @BeforeEach
    void distribution() {
        runnel = new Distribution(folder);
    }

    @Test
    void output_comes_on_the_stream_it_was_written_to_and_the_exit_code_is_the_programs() throws Exception {
        var result = runnel.run("exec", "--embedded", "bash", "-c", "printf out; printf err >&2; exit 7");

        assertThat(result).isEqualTo(new Distribution.Result(7, "out", "err"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "kill -TERM $$          # --timeout=30s         # 143 # SIGTERM",
                "sleep 60               # --timeout=300ms       # 124 # time limit",
                "while :; do :; done    # --cpu-time=300ms      # 124 # CPU time limit",
                "x=$(head -c 300M /dev/zero | tr '\\0' x) # --memory=64MiB # 137 # memory limit",
                "yes                    # --output-limit=64KiB  # 122 # output limit",
            })
    void each_end_has_its_exit_code_and_is_told(String code, String option, int exitCode, String told)
            throws Exception {
        var result = runnel.run("exec", "--embedded", "bash", "-c", code, option);

        assertThat(result.exitCode()).isEqualTo(exitCode);
        assertThat(result.err()).contains("runnel: ").contains(told);
    }

    @Test
    void what_was_written_before_a_limit_is_not_lost() throws Exception {
        var result = runnel.run(
                "exec",
                "--embedded",
                "python",
                "-c",
                "print('before')\nimport time\ntime.sleep(60)",
                "--timeout",
                "500ms");

        assertThat(result.exitCode()).isEqualTo(124);
        assertThat(result.out()).isEqualTo("before\n");
    }

    @Test
    void flags_of_the_interpreter_and_a_fresh_one_can_be_had() throws Exception {
        var result = runnel.run(
                "exec",
                "--embedded",
                "python",
                "-c",
                "import sys; print(sys.flags.optimize, sys.warnoptions, sys.argv)",
                "--fresh-interpreter",
                "--interpreter-flag=-OO",
                "--interpreter-flag=-W",
                "--interpreter-flag",
                "error",
                "--arg=-x");

        assertThat(result).isEqualTo(new Distribution.Result(0, "2 ['error'] ['main.py', '-x']\n", ""));
    }

    @Test
    void json_tells_an_exit_with_124_from_a_time_limit() throws Exception {
        var result = runnel.run("exec", "--embedded", "bash", "-c", "exit 124", "--json");

        var last = JsonParser.parseString(result.out().lines().toList().getLast())
                .getAsJsonObject()
                .getAsJsonObject("result");
        assertThat(result.exitCode()).isEqualTo(124);
        assertThat(last.get("end").getAsString()).isEqualTo("exited");
        assertThat(last.get("exitCode").getAsInt()).isEqualTo(124);
        assertThat(result.err()).isEmpty();
    }

    @Test
    void a_refusal_is_121_and_names_the_field() throws Exception {
        var result = runnel.run("exec", "--embedded", "cobol", "-c", "x");

        assertThat(result.exitCode()).isEqualTo(121);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("runnel: ", "LANGUAGE_UNAVAILABLE").doesNotContain("\tat ");
    }

    @Test
    void the_program_comes_from_a_file_with_arguments_variables_and_input() throws Exception {
        var script = Files.writeString(
                folder.resolve("tool.py"),
                "import os, sys\nprint(sys.argv[0].split('/')[-1], sys.argv[1:], os.environ['K'], sys.stdin.read())\n");
        var input = Files.writeString(folder.resolve("input"), "typed");

        var result = runnel.run(
                "exec",
                "--embedded",
                "python",
                script.toString(),
                "--arg",
                "a b",
                "--arg",
                "ü",
                "--env",
                "K=v=w",
                "--stdin",
                input.toString());

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo("tool.py ['a b', 'ü'] v=w typed\n");
    }

    @Test
    void the_program_comes_from_standard_input() throws Exception {
        var result = runnel.runWithInput("console.log(6 * 7)\n", "exec", "--embedded", "javascript");

        assertThat(result).isEqualTo(new Distribution.Result(0, "42\n", ""));
    }

    @Test
    void a_conversation_through_standard_input_goes_on_while_the_program_runs() throws Exception {
        var process = runnel.start(
                "exec",
                "--embedded",
                "python",
                "-c",
                "while True:\n  line = input()\n  print('got ' + line)",
                "--stdin",
                "-");
        try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                var in = process.outputWriter(StandardCharsets.UTF_8)) {
            for (var word : new String[] {"one", "two"}) {
                in.write(word + "\n");
                in.flush();
                assertThat(out.readLine()).isEqualTo("got " + word);
            }
        }

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
    }

    @Test
    void a_folder_goes_in_and_what_changed_comes_back() throws Exception {
        var project = Files.createDirectories(folder.resolve("project/sub"));
        Files.writeString(project.resolve("in.txt"), "hello");
        Files.writeString(folder.resolve("project/keep"), "as it is");

        var result = runnel.run(
                "exec",
                "--embedded",
                "bash",
                "-c",
                "tr a-z A-Z < sub/in.txt > sub/out.txt; echo more >> sub/in.txt; rm keep; ln -s /etc/passwd link; mkdir .git;"
                        + " echo x > .git/config",
                "--dir",
                folder.resolve("project").toString());

        assertThat(result.exitCode()).isZero();
        assertThat(project.resolve("out.txt")).hasContent("HELLO");
        assertThat(project.resolve("in.txt")).hasContent("hellomore");
        assertThat(folder.resolve("project/keep")).hasContent("as it is");
        assertThat(folder.resolve("project/link")).doesNotExist();
        assertThat(folder.resolve("project/.git")).doesNotExist();
        assertThat(folder.resolve("project/main.sh")).doesNotExist();
        assertThat(result.err()).contains("new: sub/out.txt", "changed: sub/in.txt", "not brought back");
    }

    @Test
    void ctrl_c_cancels_and_exits_with_130() throws Exception {
        var process =
                runnel.start("exec", "--embedded", "bash", "-c", "trap '' INT; echo started; sleep 600; sleep 600");
        try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isEqualTo("started");

            new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                    .start()
                    .waitFor();

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(130);
        }
    }

    @Test
    void sigterm_ends_the_command_and_everything_in_it() throws Exception {
        var process = runnel.start("exec", "--embedded", "bash", "-c", "echo started; sleep 987654");
        try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isEqualTo("started");

            process.destroy();

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(ProcessHandle.allProcesses()
                        .flatMap(handle -> handle.info().commandLine().stream())
                        .filter(line -> line.contains("sleep 987654")))
                .isEmpty();
    }

    @Test
    void a_terminal_is_not_driven_by_the_program() throws Exception {
        var home = System.getProperty("runnel.distribution", "target/runnel");
        var pty = "import os, pty, sys; status = pty.spawn(sys.argv[1:]); sys.exit(os.waitstatus_to_exitcode(status))";
        var builder = new ProcessBuilder(
                "python3",
                "-c",
                pty,
                home + "/bin/runnel",
                "exec",
                "--embedded",
                "bash",
                "-c",
                "printf '\\e[2Jhi\\n'; exit 3");
        builder.environment().put("RUNNEL_JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("XDG_RUNTIME_DIR", folder.toString());

        var result = runnel.await(builder.start());

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.out()).contains("\\x1b[2Jhi").doesNotContain("\u001b");
    }
}
