package dev.runnel.executors.process;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.runnel.executors.process.ProcessExecutorConfig.CgroupMode;
import dev.runnel.executors.runner.CellConfig;
import dev.runnel.executors.runner.CellConfig.CellMode;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.SandboxDescription;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Executors on the real bubblewrap and the real runner. Where they can't be, tests fail in CI and are
/// skipped aloud elsewhere.
final class Bubblewrap {
    static final Language PYTHON = language("python", "main.py", "/usr/bin/python3", "--version");
    static final Language BASH = language("bash", "main.sh", "bash", "--version");
    static final Language NODE = language("javascript", "main.js", "node", "--version");

    /// Each sandbox a bubblewrap of its own.
    static final CellConfig PLAIN = CellConfig.DEFAULT.in(CellMode.OFF);

    private Bubblewrap() {}

    static ProcessExecutor executor(Path runtime) {
        return executor(config(runtime, CgroupMode.AUTO));
    }

    static ProcessExecutor executor(ProcessExecutorConfig config) {
        var executor = new ProcessExecutor(config);
        executor.capabilities().unavailable().ifPresent(why -> {
            executor.close();
            missing(why);
        });
        return executor;
    }

    static ProcessExecutorConfig config(Path runtime, CgroupMode cgroups) {
        return new ProcessExecutorConfig(
                ProcessExecutorConfig.DEFAULT_BWRAP,
                libexec(),
                runtime,
                ProcessExecutorConfig.DEFAULT_UIDS,
                List.of(PYTHON, BASH, NODE),
                ProcessExecutorConfig.DEFAULT_MAX_SANDBOXES,
                cgroups,
                PLAIN);
    }

    /// An executor whose sandboxes are cells; the test is skipped aloud where there can be none.
    static ProcessExecutor cells(ProcessExecutorConfig config) {
        var executor = executor(with(config, CellConfig.DEFAULT));
        if (executor.capabilities().sandboxes().kind() != SandboxDescription.Kind.CELL) {
            var why = executor.capabilities().notes().getLast();
            executor.close();
            System.err.println("SKIPPED: " + why);
            abort(why);
        }
        return executor;
    }

    static ProcessExecutorConfig with(ProcessExecutorConfig config, CellConfig cells) {
        return new ProcessExecutorConfig(
                config.bwrap(),
                config.libexec(),
                config.runtimeDirectory(),
                config.uids(),
                config.languages(),
                config.maxSandboxes(),
                config.cgroups(),
                cells);
    }

    static Path libexec() {
        var libexec = Path.of(System.getProperty("runnel.libexec", "../../images/runner/target/dist"));
        if (!Files.exists(libexec.resolve("runnel-runner"))) {
            missing("the runner has not been built: images/runner/build.sh");
        }
        return libexec.toAbsolutePath().normalize();
    }

    private static void missing(String why) {
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
