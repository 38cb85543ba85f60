package dev.runnel.server.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.FakeExecutor;
import dev.runnel.executors.testkit.FakeSandbox;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.content.ArtifactCollector.Artifact;
import dev.runnel.server.content.ArtifactCollector.SkipReason;
import dev.runnel.server.testing.Lines;
import dev.runnel.server.testing.MovableClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspaceArtifactsTest {
    private static final Duration EXPIRY = Duration.ofHours(1);

    private final MovableClock clock = new MovableClock();
    private final FakeExecutor executor = new FakeExecutor();
    private ContentStore store;
    private WorkspaceArtifacts artifacts;
    private FakeSandbox sandbox;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        var bounds = new ContentStore.Bounds(DataSize.ofBytes(100), EXPIRY);
        store = ContentStore.open(directory.resolve("content"), bounds, clock);
        artifacts = new WorkspaceArtifacts(store, DataSize.ofBytes(50));
        var limits = new SandboxLimits(DataSize.ofMebibytes(64), 10, 1000, DataSize.ofMebibytes(1));
        sandbox = executor.open(new SandboxSpec("s", "local", limits, Optional.empty()));
    }

    @AfterEach
    void close() {
        executor.close();
    }

    @Test
    void filesThatMatchAreKeptInTheOrderOfTheirPaths() throws Exception {
        put("out/b.csv", "1,2", 0640);
        put("out/a.csv", "3", 0600);
        put("other.txt", "no", 0600);

        var collected = collect("out/*.csv");

        var expires = clock.instant().plus(EXPIRY);
        assertThat(collected)
                .containsExactly(
                        new Artifact.Kept(path("out/a.csv"), 1, 0600, Digest.of(bytes("3")), expires),
                        new Artifact.Kept(path("out/b.csv"), 3, 0640, Digest.of(bytes("1,2")), expires));
        try (var held = store.hold(Tenant.LOCAL, Digest.of(bytes("1,2")));
                var stream = held.content().open()) {
            assertThat(stream).hasContent("1,2");
        }
    }

    @Test
    void aFileThatSeveralGlobsMatchIsKeptOnce() throws Exception {
        put("a.csv", "1", 0600);

        assertThat(collect("*.csv", "**")).hasSize(1);
    }

    @Test
    void aFileThatIsTooBigIsSkippedAndTheOthersAreKept() throws Exception {
        put("big", "x".repeat(51), 0600);
        put("small", "x".repeat(50), 0600);

        assertThat(collect("**"))
                .satisfiesExactly(
                        big -> assertThat(big).isEqualTo(new Artifact.Skipped("big", SkipReason.TOO_LARGE)),
                        small -> assertThat(small).isInstanceOf(Artifact.Kept.class));
    }

    @Test
    void aFullStoreSkipsWhatDoesNotFit() throws Exception {
        put("a", "a".repeat(50), 0600);
        put("b", "b".repeat(50), 0600);
        put("c", "c".repeat(50), 0600);

        var collected = collect("*");

        assertThat(collected).hasSize(3).last().isEqualTo(new Artifact.Skipped("c", SkipReason.QUOTA));
    }

    @Test
    void aLinkIsNeverFollowed() throws Exception {
        Lines.run(sandbox, "link passwd /etc/passwd");

        assertThat(collect("*")).containsExactly(new Artifact.Skipped("passwd", SkipReason.NOT_A_FILE));
    }

    @Test
    void directoriesArePassedOverInSilence() throws Exception {
        put("deep/er/file", "1", 0600);

        assertThat(collect("**")).singleElement().isInstanceOf(Artifact.Kept.class);
    }

    private List<Artifact> collect(String... globs) throws InterruptedException {
        return artifacts.collect(Tenant.LOCAL, sandbox.workspace(), List.of(globs));
    }

    private void put(String path, String text, int mode) throws Exception {
        sandbox.workspace().put(new InputFile(path(path), mode, Content.of(bytes(text))));
    }

    private static WorkspacePath path(String path) {
        return WorkspacePath.of(path);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
