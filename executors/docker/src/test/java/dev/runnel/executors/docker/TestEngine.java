package dev.runnel.executors.docker;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.runnel.executors.docker.DockerExecutorConfig.Images;
import dev.runnel.executors.runner.CellConfig;
import dev.runnel.executors.runner.CellConfig.CellMode;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.SandboxException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Executors on the engine of DOCKER_HOST, which `dev/engine up` starts with the images that are named here. Without
/// one
/// tests fail in CI and are skipped aloud elsewhere.
final class TestEngine {
    static final String PYTHON = "python:3.11-slim";
    static final String NODE = "node:18-slim";
    static final String UBUNTU = "ubuntu:20.04";

    private TestEngine() {}

    static DockerExecutor executor(DockerExecutorConfig config) {
        try {
            var executor = new DockerExecutor(config);
            executor.capabilities().unavailable().ifPresent(why -> {
                executor.close();
                missing(why);
            });
            return executor;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static DockerExecutorConfig config(Path runtime) {
        return config(runtime, Optional.empty());
    }

    /// Skipped aloud where the engine has no gVisor: not every distribution has a package of it.
    static DockerExecutorConfig gvisor(Path runtime) throws SandboxException {
        try (var engine = new Engine(address())) {
            if (!engine.facts().runtimes().contains("runsc")) {
                System.err.println("SKIPPED: the engine has no runtime runsc");
                abort("the engine has no runtime runsc");
            }
        }
        return config(runtime, Optional.of("runsc"));
    }

    static DockerExecutorConfig config(Path runtime, DefinedExtras extras) {
        return config(runtime, Optional.empty(), extras);
    }

    private static DockerExecutorConfig config(Path runtime, Optional<String> ociRuntime) {
        return config(runtime, ociRuntime, DefinedExtras.NONE);
    }

    private static DockerExecutorConfig config(Path runtime, Optional<String> ociRuntime, DefinedExtras extras) {
        return new DockerExecutorConfig(
                DockerExecutorConfig.DEFAULT_NAME,
                address(),
                runner(),
                runtime,
                ociRuntime,
                new Images(Optional.of(PYTHON), Map.of("javascript", NODE), List.of(UBUNTU)),
                extras,
                List.of(
                        language("python", "main.py", "python3", "--version"),
                        language("bash", "main.sh", "bash", "--version"),
                        language("javascript", "main.js", "node", "--version")),
                DockerExecutorConfig.DEFAULT_MAX_SANDBOXES,
                DockerExecutorConfig.DEFAULT_POOL);
    }

    /// Whose sandboxes are cells.
    static DockerExecutorConfig cells(Path runtime) {
        return cells(runtime, config(runtime).languages());
    }

    static DockerExecutorConfig cells(Path runtime, List<Language> languages) {
        var plain = config(runtime);
        return new DockerExecutorConfig(
                plain.name(),
                plain.engine(),
                plain.runner(),
                plain.runtimeDirectory(),
                plain.runtime(),
                plain.images(),
                plain.extras(),
                languages,
                plain.maxSandboxes(),
                plain.pool(),
                CellConfig.DEFAULT.in(CellMode.REQUIRED),
                plain.uids(),
                plain.apparmor());
    }

    static URI address() {
        var address = System.getenv("DOCKER_HOST");
        if (address == null || address.isBlank()) {
            missing("DOCKER_HOST names no engine: eval \"$(dev/engine env)\"");
        }
        return URI.create(Objects.requireNonNull(address));
    }

    static Path runner() {
        var libexec = Path.of(System.getProperty("runnel.libexec", "../../images/runner/target/dist"));
        var runner = libexec.resolve("runnel-runner").toAbsolutePath().normalize();
        if (!Files.exists(runner)) {
            missing("the runner has not been built: images/runner/build.sh");
        }
        return runner;
    }

    static void missing(String why) {
        if ("true".equals(System.getenv("CI"))) {
            fail(why);
        }
        System.err.println("SKIPPED: " + why);
        abort(why);
    }

    static Language language(String name, String file, String... version) {
        return new Language(
                name,
                List.of(),
                file,
                List.of(version[0], "{file}"),
                List.of(version),
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }
}
