package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.runner.Nonce;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReaperTest {

    private static final Duration SOON = Duration.ofSeconds(5);

    @TempDir
    private Path runtime;

    @Test
    void everythingOfADeadDaemonIsRemovedAndItsProcessesAreKilled() throws Exception {
        var nonce = Nonce.random(Nonce.BYTES);
        leave("dead", nonce);
        Files.createSymbolicLink(runtime.resolve("dead").resolve(nonce).resolve("link"), Path.of("/usr"));
        try (var process = LongProcess.start(210_002, nonce)) {
            InstanceDirectory.reapDead(runtime, Reaper::reap);

            assertThat(process.process().waitFor(SOON.toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
        }
        assertThat(runtime).isEmptyDirectory();
        assertThat(Path.of("/usr/bin")).exists();
    }

    @Test
    void cgroupsOfADeadDaemonAreRemovedWithTheProcessesInThem() throws Exception {
        var directory = leave("dead", Nonce.random(Nonce.BYTES));
        var cgroup = TestCgroup.make("runnel-reaper-test-" + Nonce.random(4));
        Files.write(directory.resolve("cgroups"), List.of(cgroup.toString()));
        var inner = Files.createDirectory(cgroup.resolve("sandbox"));
        try (var process = LongProcess.start(210_002)) {
            CgroupFile.write(
                    inner.resolve("cgroup.procs"),
                    Long.toString(process.process().pid()));

            InstanceDirectory.reapDead(runtime, Reaper::reap);

            assertThat(process.process().waitFor(SOON.toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
        }
        assertThat(cgroup).doesNotExist();
        assertThat(runtime).isEmptyDirectory();
    }

    @Test
    void whatALiveExecutorOfThisProcessHasIsLeftAlone() throws IOException {
        try (var live = InstanceDirectory.create(runtime, Reaper::reap)) {
            InstanceDirectory.reapDead(runtime, Reaper::reap);

            assertThat(runtime.resolve(live.name())).isDirectory();
        }
        assertThat(runtime).isEmptyDirectory();
    }

    @Test
    void whatALiveDaemonElsewhereHoldsIsLeftAlone() throws Exception {
        leave("live", Nonce.random(Nonce.BYTES));
        try (var _ = LockHolder.hold(runtime.resolve("live.lock"))) {
            InstanceDirectory.reapDead(runtime, Reaper::reap);

            assertThat(runtime.resolve("live")).isDirectory();
        }
        InstanceDirectory.reapDead(runtime, Reaper::reap);
        assertThat(runtime).isEmptyDirectory();
    }

    private Path leave(String name, String nonce) throws IOException {
        var directory = Files.createDirectory(runtime.resolve(name));
        Files.createFile(runtime.resolve(name + ".lock"));
        Files.createDirectory(directory.resolve(nonce));
        return directory;
    }
}
