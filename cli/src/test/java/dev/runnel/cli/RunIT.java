package dev.runnel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `runnel run` with a daemon inside the command.
final class RunIT {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void the_quick_start_runs_three_languages_in_one_workspace() throws Exception {
        var result = runnel().run(
                        "run",
                        "--embedded",
                        Distribution.examples().resolve("sales-report.md").toString());

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .contains("--- block 1 of 3", "python report.py", "Best month: 2026-03 with 36,200")
                .contains("--- block 2 of 3", "Orders per region:")
                .contains("--- block 3 of 3", "\"best_month\": \"2026-03\"");
    }

    @Test
    void the_first_failure_ends_the_run_and_the_rest_is_told_as_skipped() throws Exception {
        var file = Files.writeString(folder.resolve("f.md"), """
                ```bash
                echo one > file; printf 'no line end'
                ```
                ```
                no language
                ```
                ```bash
                cat file; exit 5
                ```
                ```python
                print('never')
                ```
                """);

        var result = runnel().run("run", "--embedded", file.toString());

        assertThat(result.exitCode()).isEqualTo(5);
        assertThat(result.out()).isEqualTo("""
                        --- block 1 of 4, line 1: bash
                        no line end
                        --- block 2 of 4, line 4: not run: it names no language
                        --- block 3 of 4, line 7: bash
                        one
                        --- block 4 of 4, line 10: python, skipped
                        """);
        assertThat(result.err()).contains("1 skipped");
    }

    @Test
    void json_has_every_block_and_a_summary() throws Exception {
        var file = Files.writeString(folder.resolve("f.md"), "```bash\nexit 3\n```\n```py\n1\n```\n");

        var result = runnel().run("run", "--embedded", "--json", file.toString());

        var lines = result.out()
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        assertThat(lines.stream().filter(line -> line.has("block")).map(line -> text(line, "block", "state")))
                .containsExactly("runs", "skipped");
        assertThat(lines.stream().filter(line -> line.has("result")).map(line -> text(line, "result", "end")))
                .containsExactly("exited");
        assertThat(text(lines.getLast(), "summary", "exitStatus")).isEqualTo("3");
    }

    @Test
    void each_block_brings_its_files_back() throws Exception {
        var project = Files.createDirectory(folder.resolve("project"));
        Files.writeString(project.resolve("n"), "1");
        var file = Files.writeString(
                folder.resolve("f.md"),
                "```bash\necho 2 > n\n```\n```python\nopen('m','w').write(open('n').read())\n```\n");

        var result = runnel().run("run", "--embedded", file.toString(), "--dir", project.toString());

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(project.resolve("n")).hasContent("2");
        assertThat(project.resolve("m")).hasContent("2");
        try (var files = Files.list(project)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void flags_of_the_interpreter_hold_for_every_block() throws Exception {
        var file = Files.writeString(
                folder.resolve("f.md"), "```python\nprint(__debug__)\n```\n```python\nassert False\n```\n");

        var result = runnel().run("run", "--embedded", "--interpreter-flag=-O", file.toString());

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("False");
    }

    @Test
    void a_document_without_blocks_is_told() throws Exception {
        var file = Files.writeString(folder.resolve("f.md"), "# Nothing\n");

        var result = runnel().run("run", "--embedded", file.toString());

        assertThat(result.exitCode()).isEqualTo(121);
        assertThat(result.err()).contains("no fenced code block");
    }

    private Distribution runnel() {
        return new Distribution(folder);
    }

    private static String text(JsonObject line, String key, String field) {
        return line.getAsJsonObject(key).get(field).getAsString();
    }
}
