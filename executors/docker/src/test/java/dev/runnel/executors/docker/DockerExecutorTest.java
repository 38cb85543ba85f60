package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executors.docker.DockerExecutorConfig.Images;
import dev.runnel.executors.runner.WarmPool;
import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.ProgramInput;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.RecordingSink;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
final class DockerExecutorTest {
    private static final SandboxLimits LIMITS =
            new SandboxLimits(DataSize.ofMebibytes(128), 64, 1000, DataSize.ofMebibytes(16));
    private static final RunLimits RUN = new RunLimits(
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            DataSize.ofMebibytes(1),
            RunLimits.OutputLimitAction.KILL,
            DataSize.ofMebibytes(64));

    /// Leaves a mark wherever it can, and tells of others' marks. Keyrings can't be reached: keyctl(2) is refused.
    private static final String MARKS = """
            import os, socket, sys
            found = []
            for folder in ("/workspace", "/tmp", "/dev/shm", "/dev/mqueue", "/var/tmp", "/run"):
                path = f"{folder}/runnel-mark"
                if os.path.exists(path):
                    found.append(path)
                try:
                    open(path, "w").close()
                except OSError:
                    pass
            held = socket.socket(socket.AF_UNIX)
            try:
                held.bind("\\0runnel-mark")
            except OSError:
                found.append("abstract socket")
            if "RUNNEL_MARK" in os.environ:
                found.append("environment")
            os.environ["RUNNEL_MARK"] = "1"
            if len([pid for pid in os.listdir("/proc") if pid.isdigit()]) > 2:
                found.append("processes")
            if os.fork() == 0:
                os.setsid()
                os.execvp("sleep", ["sleep", "600"])
            print("found", *found)
            """;

    @TempDir
    private Path runtime;

    @Test
    void aHundredRequestsAtOnceAreAllAnsweredByASmallPoolAndNoContainerIsLeft() throws Exception {
        var config = with(new WarmPool.Settings(4, 4, 2, Duration.ofHours(1)));
        try (var executor = TestEngine.executor(config);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            run(executor, "print('warm')");
            var answers = IntStream.range(0, 100)
                    .mapToObj(number -> threads.submit(() -> run(executor, "print(" + number + ")")))
                    .toList();

            for (var number = 0; number < answers.size(); number++) {
                assertThat(answers.get(number).get()).isEqualTo(number + "\n");
            }
            assertThat(executor.pool().orElseThrow().hits()).isPositive();
        }
        assertThat(containers()).isEmpty();
    }

    @Test
    void freshMeansFresh() throws Exception {
        var times = Integer.getInteger("runnel.fresh", 30);
        try (var executor = TestEngine.executor(TestEngine.config(runtime))) {
            for (int i = 0; i < times; i++) {
                assertThat(run(executor, MARKS)).isEqualTo("found\n");
            }
        }
        assertThat(containers()).isEmpty();
    }

    @Test
    void theFirstContainersOfAKindAreStartedForTheOneWhoAsksAndTheNextAreThere() throws Exception {
        try (var executor = TestEngine.executor(TestEngine.config(runtime))) {
            run(executor, "print(1)");
            while (executor.pool().orElseThrow().ready() < 2) {
                Thread.sleep(5);
            }
            run(executor, "print(2)");

            assertThat(executor.pool().orElseThrow().hits()).isEqualTo(1);
            assertThat(executor.pool().orElseThrow().misses()).isEqualTo(1);
        }
    }

    @Test
    void anImageThatTheOperatorHasNotAllowedIsRefusedByName() throws Exception {
        try (var executor = TestEngine.executor(TestEngine.config(runtime))) {
            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> executor.open(spec(Optional.of("docker.io/evil:latest"))))
                    .withMessageContaining("docker.io/evil:latest may not be used")
                    .withMessageContaining(TestEngine.PYTHON)
                    .satisfies(refused -> assertThat(refused.reason()).isEqualTo(new Reason.Unsupported()));
        }
    }

    @Test
    void anAllowedImageThatTheEngineLacksIsToldWithTheCommandThatBringsIt() throws Exception {
        var config = TestEngine.config(runtime);
        var images = new Images(Optional.of(TestEngine.PYTHON), Map.of(), List.of("missing:1"));
        try (var executor = TestEngine.executor(with(config, images, config.pool()))) {
            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> executor.open(spec(Optional.of("missing:1"))))
                    .withMessageContaining("docker pull missing:1");
        }
    }

    @Test
    void aContainerSaysWhatItIs() throws Exception {
        try (var executor = TestEngine.executor(TestEngine.config(runtime));
                var sandbox = executor.open(spec(Optional.empty()))) {
            assertThat(sandbox.description().isolation()).isEqualTo(Isolation.CONTAINER);
            assertThat(sandbox.description().imageDigest().orElseThrow()).matches("sha256:[0-9a-f]{64}");
        }
    }

    @Test
    void whatIsAcceptedWithAnImageRunsInJustThatImage() throws Exception {
        var images = new Images(Optional.of(TestEngine.PYTHON), Map.of(), List.of(TestEngine.NODE));
        var config = TestEngine.config(runtime);
        try (var executor = TestEngine.executor(with(config, images, config.pool()))) {
            var digest = executor.imageDigest(spec(Optional.of(TestEngine.NODE)));

            // As if the tag had been moved since.
            try (var sandbox = executor.open(spec(Optional.empty()).ofImage(digest))) {
                assertThat(digest).isNotEqualTo(executor.imageDigest(spec(Optional.empty())));
                assertThat(sandbox.description().imageDigest()).isEqualTo(digest);
            }
            var gone = Optional.of("sha256:" + "0".repeat(64));
            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> executor.open(spec(Optional.empty()).ofImage(gone)))
                    .withMessageContaining(TestEngine.PYTHON + " has been replaced")
                    .satisfies(refused -> assertThat(refused.reason()).isEqualTo(new Reason.Unavailable()));
        }
    }

    @Test
    void anImageWithoutTheInterpreterIsNamedWithWhatWasLookedForAndWhere() throws Exception {
        try (var executor = TestEngine.executor(TestEngine.config(runtime));
                var sandbox = executor.open(spec(Optional.of(TestEngine.NODE)))) {
            var program = new Program(List.of(), List.of("python3"), Map.of(), WorkspacePath.ROOT, true, RUN);

            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> sandbox.run(program, ProgramInput.none(), new RecordingSink()))
                    .withMessageContaining("image " + TestEngine.NODE + " has no interpreter python3")
                    .withMessageContaining("/usr/local/bin")
                    .satisfies(refused -> assertThat(refused.reason()).isEqualTo(new Reason.Unsupported()));
        }
    }

    private DockerExecutorConfig with(WarmPool.Settings pool) {
        var config = TestEngine.config(runtime);
        return with(config, config.images(), pool);
    }

    private static DockerExecutorConfig with(DockerExecutorConfig config, Images images, WarmPool.Settings pool) {
        return new DockerExecutorConfig(
                config.name(),
                config.engine(),
                config.runner(),
                config.runtimeDirectory(),
                config.runtime(),
                images,
                config.extras(),
                config.languages(),
                128,
                pool);
    }

    /// Of this test's executors: their labels name folders of `runtime`.
    private List<String> containers() throws Exception {
        try (var engine = new Engine(TestEngine.address())) {
            var found = new ArrayList<String>();
            for (var container : engine.containers(Map.of())) {
                var mounts = container.getMounts();
                if (mounts.stream()
                        .anyMatch(mount -> String.valueOf(mount.getSource()).startsWith(runtime.toString()))) {
                    found.add(container.getId());
                }
            }
            return found;
        }
    }

    private static String run(DockerExecutor executor, String code) throws SandboxException, InterruptedException {
        try (var sandbox = executor.open(spec(Optional.empty()))) {
            var sink = new RecordingSink();
            var file =
                    new InputFile(WorkspacePath.of("main.py"), 0644, Content.of(code.getBytes(StandardCharsets.UTF_8)));
            var program =
                    new Program(List.of(file), List.of("python3", "main.py"), Map.of(), WorkspacePath.ROOT, true, RUN);
            sandbox.run(program, ProgramInput.none(), sink);
            return sink.text();
        }
    }

    private static SandboxSpec spec(Optional<String> image) {
        return new SandboxSpec("test", "a", LIMITS, image);
    }
}
