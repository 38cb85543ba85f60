package dev.runnel.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `runnel` with containers of the engine that DOCKER_HOST names, which `dev/engine up` starts. Without one the tests
/// that need it fail in CI and are skipped aloud elsewhere.
final class ContainerIT {
    @TempDir
    private Path folder = Path.of("");

    private Distribution runnel = new Distribution(folder);

    @BeforeEach
    void distribution() {
        runnel = new Distribution(folder);
    }

    @Test
    void a_program_runs_in_the_image_that_was_named() throws Exception {
        var result = runnel.run(
                "exec",
                "--config",
                config(engine()),
                "--image",
                "python:3.11-slim",
                "--json",
                "python",
                "-c",
                "exit(3)");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
        var accepted = resolved(result);
        assertThat(accepted.get("executor").getAsString()).isEqualTo("docker");
        assertThat(accepted.get("isolation").getAsString()).isEqualTo("ISOLATION_CONTAINER");
    }

    @Test
    void what_the_preferred_executor_can_not_isolate_goes_to_a_container_of_the_languages_image() throws Exception {
        var config = config(engine());

        var container = runnel.run(
                "exec",
                "--config",
                config,
                "--isolation",
                "container",
                "--json",
                "javascript",
                "-c",
                "process.exit(4)");
        var process = runnel.run("exec", "--config", config, "--json", "bash", "-c", "exit 5");

        assertThat(container.exitCode()).as(container.err()).isEqualTo(4);
        assertThat(resolved(container).get("executor").getAsString()).isEqualTo("docker");
        assertThat(process.exitCode()).as(process.err()).isEqualTo(5);
        assertThat(resolved(process).get("executor").getAsString()).isEqualTo("process");
    }

    @Test
    void blocks_of_a_document_run_in_the_image_that_was_named() throws Exception {
        var document = Files.writeString(folder.resolve("blocks.md"), """
                ```bash
                echo made > file
                ```
                ```python
                print(open('file').read(), end='')
                ```
                """);

        var result =
                runnel.run("run", "--config", config(engine()), "--image", "python:3.11-slim", document.toString());

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("made");
    }

    @Test
    void an_image_that_is_not_allowed_is_refused_and_the_allowed_ones_are_named() throws Exception {
        var result =
                runnel.run("exec", "--config", config(engine()), "--image", "ubuntu:20.04", "bash", "-c", "exit 0");

        assertThat(result.exitCode()).isEqualTo(121);
        assertThat(result.err())
                .contains("IMAGE_UNAVAILABLE", "process: it has no images", "node:18-slim, python:3.11-slim");
    }

    @Test
    void doctor_tells_the_engine_its_runtime_and_its_images() throws Exception {
        var result = runnel.run("doctor", "--config", config(engine()));

        assertThat(result.out())
                .contains("executor docker: isolation container")
                .contains("images    gone:1, node:18-slim, python:3.11-slim")
                .contains("runtime runc")
                .contains("has no image gone:1: docker pull gone:1");
    }

    @Test
    void doctor_tells_that_the_engine_does_not_answer_and_what_to_do() throws Exception {
        var nowhere = "unix://" + folder.resolve("nowhere.sock");

        var result = runnel.run("doctor", "--config", config(nowhere));

        assertThat(result.exitCode())
                .as("the process executor works all the same")
                .isZero();
        assertThat(result.out())
                .contains("executor docker: NOT AVAILABLE", "the engine at " + nowhere)
                .contains("fix: start the Docker Engine");
    }

    private static JsonObject resolved(Distribution.Result result) {
        return JsonParser.parseString(result.out().lines().findFirst().orElseThrow())
                .getAsJsonObject()
                .getAsJsonObject("event")
                .getAsJsonObject("accepted")
                .getAsJsonObject("resolvedSpec");
    }

    private String config(String engine) throws IOException {
        return Files.writeString(folder.resolve("runnel.yaml"), """
                        runtime_directory: %s
                        executors:
                          preference: [process, docker]
                          docker:
                            enabled: true
                            engine: %s
                            images: {default: "python:3.11-slim", by_language: {javascript: "node:18-slim"},
                                     allowed: ["gone:1"]}
                        """.formatted(folder.resolve("run"), engine))
                .toString();
    }

    private static String engine() {
        var address = System.getenv("DOCKER_HOST");
        if (address == null || address.isBlank()) {
            var why = "DOCKER_HOST names no engine: eval \"$(dev/engine env)\"";
            if ("true".equals(System.getenv("CI"))) {
                fail(why);
            }
            System.err.println("SKIPPED: " + why);
            abort(why);
        }
        return Objects.requireNonNull(address);
    }
}
