package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executors.docker.DockerExecutorConfig.Images;
import dev.runnel.executors.docker.DockerExecutorConfig.PullPolicy;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What an engine pulls, and when, from a registry on loopback.
@Timeout(120)
final class PullTest {
    private static final String HERE = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    private static final String ELSEWHERE = HERE.equals("arm64") ? "amd64" : "arm64";

    private static OwnEngine engine;

    @TempDir
    private Path runtime;

    private FakeRegistry registry;

    @BeforeAll
    static void start() throws Exception {
        engine = OwnEngine.start(false, EngineTroubleTest.DISK);
    }

    @AfterAll
    static void end() throws IOException {
        if (engine != null) {
            engine.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        registry = new FakeRegistry();
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private DockerExecutor executor(PullPolicy policy, String... allowed) throws IOException {
        var images = new Images(Optional.of(OwnEngine.IMAGE), Map.of(), List.of(allowed), policy);
        return new DockerExecutor(EngineTroubleTest.config(engine.address(), runtime, 0, images));
    }

    private static String digest(DockerExecutor executor, String image) throws SandboxException, InterruptedException {
        var spec = new SandboxSpec("test", "tenant", Running.SANDBOX, Optional.of(image));
        try (var sandbox = executor.open(spec.ofImage(executor.imageDigest(spec)))) {
            return sandbox.description().imageDigest().orElseThrow();
        }
    }

    @Test
    void whatIsMissingIsPulledOnce() throws Exception {
        registry.push("1", HERE, "one");
        var image = registry.name("empty:1");
        try (var executor = executor(PullPolicy.MISSING, image)) {
            var first = digest(executor, image);
            var pulls = registry.pulls();
            registry.push("1", HERE, "two");

            assertThat(pulls).isPositive();
            assertThat(digest(executor, image)).isEqualTo(first);
            assertThat(registry.pulls()).isEqualTo(pulls);
        }
    }

    @Test
    void nothingIsPulledWithNever() throws Exception {
        registry.push("2", HERE, "one");
        var image = registry.name("empty:2");
        try (var executor = executor(PullPolicy.NEVER, image)) {
            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> digest(executor, image))
                    .withMessageContaining("docker pull " + image);
            assertThat(registry.pulls()).isZero();
        }
    }

    @Test
    void aTagThatIsMovedInTheRegistryIsFollowedWithAlways() throws Exception {
        registry.push("3", HERE, "one");
        var image = registry.name("empty:3");
        String first;
        try (var executor = executor(PullPolicy.ALWAYS, image)) {
            first = digest(executor, image);
        }
        registry.push("3", HERE, "two");

        try (var executor = executor(PullPolicy.ALWAYS, image)) {
            assertThat(digest(executor, image)).isNotEqualTo(first);
            registry.close();
            assertThat(digest(executor, image)).isNotEqualTo(first);
        }
    }

    @Test
    void anImageIsPulledByItsDigest() throws Exception {
        var image = registry.name("empty@" + registry.push("4", HERE, "one"));
        try (var executor = executor(PullPolicy.MISSING, image)) {
            assertThat(digest(executor, image)).startsWith("sha256:");
        }
    }

    @Test
    void anImageForAnotherPlatformIsRefused() throws Exception {
        registry.push("5", ELSEWHERE, "one");
        var image = registry.name("empty:5");
        try (var executor = executor(PullPolicy.MISSING, image)) {
            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> digest(executor, image))
                    .withMessageContaining("image " + image + " is for linux/" + ELSEWHERE)
                    .withMessageContaining("runs linux/" + HERE)
                    .satisfies(refused -> assertThat(refused.reason()).isEqualTo(new Reason.Unsupported()));
        }
    }

    @Test
    void whatNoRegistryHasIsUnsupported() throws Exception {
        var image = registry.name("empty:none");
        try (var executor = executor(PullPolicy.MISSING, image)) {
            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> digest(executor, image))
                    .withMessageContaining("told to pull image " + image)
                    .satisfies(refused -> assertThat(refused.reason()).isEqualTo(new Reason.Unsupported()));
        }
    }

    @Test
    void aRegistryThatDoesNotAnswerIsUnavailable() throws Exception {
        var image = registry.name("empty:6");
        registry.close();
        try (var executor = executor(PullPolicy.MISSING, image)) {
            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> digest(executor, image))
                    .withMessageContaining("connection refused")
                    .satisfies(refused -> assertThat(refused.reason()).isEqualTo(new Reason.Unavailable()));
        }
    }
}
