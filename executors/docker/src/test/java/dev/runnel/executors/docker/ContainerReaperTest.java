package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.runner.InstanceDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Containers of dead daemons go, of living ones never, with several on one engine.
@Timeout(120)
final class ContainerReaperTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static OwnEngine engine;

    @TempDir
    private Path folder;

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

    @AfterEach
    void nothingIsLeft() throws Exception {
        assertThat(engine.containers()).isEmpty();
        assertThat(engine.processesInContainers()).isEmpty();
    }

    @Test
    void executorsOnOneEngineDoNotTouchEachOthersContainers() throws Exception {
        var one = executor("a");
        try (var other = executor("b");
                var second = executor("a");
                var mine = Running.idle(one);
                var theirs = Running.idle(other);
                var ours = Running.idle(second)) {
            executor("a").close();
            executor("b").close();
            assertThat(engine.containers()).hasSize(3);

            one.close();

            assertThat(engine.containers()).hasSize(2);
            assertThat(mine.processes()).isEmpty();
            assertThat(theirs.processes()).isNotEmpty();
            assertThat(ours.processes()).isNotEmpty();
        }
    }

    @Test
    void whatADaemonThatWasKilledLeftIsRemovedAtTheNextStart() throws Exception {
        try (var daemon = KilledDaemon.start(engine.address(), runtime("a"))) {
            executor("a").close();
            assertThat(running()).hasSize(2);

            daemon.kill();
            Eventually.holds("what ran has ended", PATIENCE, () -> running().isEmpty());
            executor("b").close();
            assertThat(engine.containers()).hasSize(2);
            executor("a").close();

            assertThat(engine.containers()).isEmpty();
            assertThat(list(runtime("a"))).isEmpty();
        }
    }

    @Test
    void whatIsLeftIsRemovedAlsoWhenTheDeadDaemonsFolderIsGone() throws Exception {
        try (var daemon = KilledDaemon.start(engine.address(), runtime("a"))) {
            InstanceDirectory.removeTree(runtime("a"));
            executor("a").close();
            assertThat(running()).as("of a daemon that lives").hasSize(2);

            daemon.kill();
            executor("b").close();
            assertThat(engine.containers()).as("of another's folder").hasSize(2);
            executor("a").close();

            assertThat(engine.containers()).isEmpty();
        }
    }

    @Test
    void whatIsLeftIsRemovedWhenTheEngineComesBack() throws Exception {
        try (var daemon = KilledDaemon.start(engine.address(), runtime("a"))) {
            daemon.kill();
        }
        engine.kill();
        try (var _ = executor("a")) {
            engine.start();

            Eventually.holds(
                    "all is removed", PATIENCE, () -> engine.containers().isEmpty());
        }
    }

    @Test
    void aLabelSaysWhoseItIs() throws Exception {
        try (var executor = executor("a");
                var _ = Running.idle(executor)) {
            var labels = engine.docker(
                    "inspect",
                    "--format",
                    "{{range $name, $value := .Config.Labels}}{{$name}}={{$value}} {{end}}",
                    engine.containers().getFirst());

            var instance = list(runtime("a")).stream()
                    .filter(Files::isDirectory)
                    .findFirst()
                    .orElseThrow();
            var sandbox = list(instance).stream()
                    .filter(entry -> !entry.endsWith("warm"))
                    .findFirst()
                    .orElseThrow();
            assertThat(labels.strip().split(" "))
                    .satisfiesExactly(
                            created -> assertThat(created).matches("dev.runnel.created=20\\d\\d-[-0-9T:]+Z"),
                            named -> assertThat(named).isEqualTo("dev.runnel.instance=" + instance.getFileName()),
                            owner -> assertThat(owner)
                                    .isEqualTo("dev.runnel.owner="
                                            + Owner.of(runtime("a")).id()),
                            key -> assertThat(key).isEqualTo("dev.runnel.sandbox=" + sandbox.getFileName()));
        }
    }

    private DockerExecutor executor(String runtime) throws IOException {
        return new DockerExecutor(EngineTroubleTest.config(engine.address(), runtime(runtime), 0));
    }

    private Path runtime(String name) {
        return folder.resolve(name);
    }

    private static List<String> running() throws IOException, InterruptedException {
        return engine.docker("ps", "--quiet").lines().toList();
    }

    private static List<Path> list(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.toList();
        }
    }
}
