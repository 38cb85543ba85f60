package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.process.ProcessExecutorConfig.CgroupMode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What of the walls of cells only a daemon can show; `images/runner/tests/walls_*.rs` has the rest.
@Timeout(120)
final class CellWallsTest {
    @TempDir
    private Path runtime;

    private ProcessExecutor executor;

    @BeforeEach
    void open() {
        executor = Bubblewrap.cells(Bubblewrap.config(runtime, CgroupMode.AUTO));
    }

    @AfterEach
    void close() {
        executor.close();
    }

    /// Linux tells the end of a thread to children that asked for it (PR_SET_PDEATHSIG), not only that of its process.
    @Test
    void aNurseryOutlivesTheThreadThatOpenedItsFirstCell() throws Exception {
        var opening = new FutureTask<>(() -> Held.open(executor));
        var thread = Thread.ofPlatform().start(opening);
        thread.join();

        try (var first = opening.get(10, TimeUnit.SECONDS);
                var next = Held.open(executor)) {
            assertThat(CommandLines.with(first.token())).hasSize(1);
            assertThat(CommandLines.with(next.token())).hasSize(1);
        }
    }

    @Test
    void signalsToGroupsAndToEverybodyReachNeitherTheDaemonNorANeighbour() throws Exception {
        try (var neighbour = Held.open(executor)) {
            for (var attack : List.of(
                    Programs.python("import os; os.kill(0, 9)"),
                    Programs.python("import os; os.killpg(os.getpgrp(), 9)"),
                    Programs.python("import os; os.kill(-1, 9)"),
                    Programs.bash("trap 'kill -9 0' EXIT; sleep 100 &"))) {
                Programs.run(executor, attack);
            }

            assertThat(CommandLines.with(neighbour.token())).hasSize(1);
            assertThat(Programs.run(executor, Programs.bash("echo on")).stdout())
                    .isEqualTo("on\n");
        }
    }

    @Test
    void nothingOfProcCanBeWrittenButWhatIsTheProgramsOwn() throws Exception {
        var ran = Programs.run(executor, Programs.python("""
                import os
                for root, folders, files in os.walk('/proc'):
                    folders[:] = [name for name in folders if not name.isdigit() and not name.endswith('self')]
                    for path in (os.path.join(root, name) for name in files):
                        try:
                            # What is hidden is /dev/null.
                            if not os.path.islink(path) and not os.stat(path).st_rdev:
                                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                                print(path)
                        except OSError:
                            pass
                """));

        assertThat(ran.stdout()).isEmpty();
    }
}
