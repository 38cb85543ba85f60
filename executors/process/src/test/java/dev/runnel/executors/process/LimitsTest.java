package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runnel.executors.process.ProcessExecutorConfig.CgroupMode;
import dev.runnel.executors.process.Programs.Ran;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.RunLimits;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.WaitStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Each limit confines the program that meets it, and neither the next program of its sandbox nor the next sandbox;
/// with cgroups where there are some, and without.
@ParameterizedClass
@EnumSource(CgroupMode.class)
final class LimitsTest {
    private static final SandboxLimits SMALL =
            new SandboxLimits(DataSize.ofMebibytes(64), 20, 200, DataSize.ofMebibytes(8));

    @TempDir
    private Path runtime;

    private final CgroupMode cgroups;
    private ProcessExecutor executor;

    LimitsTest(CgroupMode cgroups) {
        this.cgroups = cgroups;
    }

    @BeforeEach
    void open() {
        executor = Bubblewrap.executor(Bubblewrap.config(runtime, cgroups));
    }

    @AfterEach
    void close() {
        executor.close();
    }

    @Test
    void memory() throws Exception {
        var ran = ranThenNext("data = []\nwhile True: data.append(b'x' * 1048576)");

        assertThat(ran.outcome().ending()).isEqualTo(new Ending.MemoryExceeded());
        assertThat(ran.outcome().status()).isEqualTo(new WaitStatus.Signal(9, false));
        assertThat(ran.outcome().limitHits()).contains(LimitKind.MEMORY);
    }

    @Test
    void memoryOfFilesInTheTemporaryDirectoriesCountsToo() throws Exception {
        var limits = new SandboxLimits(DataSize.ofMebibytes(64), 20, 2000, DataSize.ofMebibytes(256));
        var code = "f = open('/tmp/large', 'wb')\nfor _ in range(200): f.write(b'x' * 1048576); f.flush()";

        try (var sandbox = executor.open(Programs.spec(limits))) {
            var limit = new RunLimits(
                    Programs.LIMITS.wallTime(),
                    Programs.LIMITS.cpuTime(),
                    Programs.LIMITS.output(),
                    RunLimits.OutputLimitAction.KILL,
                    DataSize.ofMebibytes(512));

            assertThat(Programs.run(sandbox, Programs.python(code, limit))
                            .outcome()
                            .ending())
                    .isEqualTo(new Ending.MemoryExceeded());
        }
    }

    @Test
    void processes() throws Exception {
        var ran = ranThenNext("""
                import os, time
                made = 0
                try:
                    for _ in range(100):
                        if os.fork() == 0:
                            time.sleep(60)
                        made += 1
                except OSError as e:
                    print(made, e.strerror)
                """);

        assertThat(ran.stdout()).isEqualTo("19 Resource temporarily unavailable\n");
        assertThat(ran.outcome().ending()).isEqualTo(new Ending.Exited());
        if (mechanism(LimitKind.PROCESSES) != Mechanism.RLIMIT) {
            assertThat(ran.outcome().limitHits()).containsExactly(LimitKind.PROCESSES);
        }
    }

    @Test
    void cpuTime() throws Exception {
        var limits = new RunLimits(
                Duration.ofSeconds(20),
                Duration.ofMillis(300),
                DataSize.ofMebibytes(1),
                RunLimits.OutputLimitAction.KILL,
                DataSize.ofMebibytes(1));

        var ran = ranThenNext(Programs.python("while True: pass", limits));

        assertThat(ran.outcome().ending()).isEqualTo(new Ending.CpuTimeExceeded());
    }

    @Test
    void cpuShare() throws Exception {
        assumeTrue(mechanism(LimitKind.CPU) != Mechanism.NONE, "only a cgroup limits the share");

        // 200 thousandths of a CPU: 0.1 s of CPU time take about 0.5 s. Half of that would be twice the limit.
        var ran = ranThenNext("""
                import time
                start = time.monotonic()
                while time.process_time() < 0.1: pass
                print(time.monotonic() - start > 0.25)
                """);

        assertThat(ran.stdout()).isEqualTo("True\n");
    }

    @Test
    void wallTime() throws Exception {
        var limits = new RunLimits(
                Duration.ofMillis(300),
                Duration.ofSeconds(20),
                DataSize.ofMebibytes(1),
                RunLimits.OutputLimitAction.KILL,
                DataSize.ofMebibytes(1));

        var ran = ranThenNext(Programs.python("import time; print('before', flush=True); time.sleep(60)", limits));

        assertThat(ran.outcome().ending()).isEqualTo(new Ending.WallTimeExceeded());
        assertThat(ran.stdout()).isEqualTo("before\n");
    }

    @Test
    void disk() throws Exception {
        var ran = ranThenNext("""
                import os
                for directory in '/workspace', '/tmp', '/dev/shm':
                    written = 0
                    try:
                        with open(directory + '/large', 'wb', buffering=0) as f:
                            while written < 100 << 20: written += f.write(b'x' * 65536)
                    except OSError as e:
                        print(directory, written >> 20, e.strerror)
                    os.remove(directory + '/large')
                """);

        assertThat(ran.lines())
                .containsExactly(
                        "/workspace 7 No space left on device",
                        "/tmp 8 No space left on device",
                        "/dev/shm 8 No space left on device");
    }

    @Test
    void fileSize() throws Exception {
        var limits = new RunLimits(
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                DataSize.ofMebibytes(1),
                RunLimits.OutputLimitAction.KILL,
                DataSize.ofKibibytes(64));

        var ran = ranThenNext(Programs.python("open('large', 'wb').write(b'x' * 1048576)", limits));

        assertThat(ran.outcome().limitHits()).contains(LimitKind.FILE_SIZE);
    }

    private Mechanism mechanism(LimitKind kind) {
        return Objects.requireNonNull(
                executor.capabilities().sandboxes().enforcement().get(kind));
    }

    private Ran ranThenNext(String code) throws SandboxException, InterruptedException {
        return ranThenNext(Programs.python(code));
    }

    /// Runs it, and shows that nothing of its misfortune is left for whoever comes next.
    private Ran ranThenNext(Program program) throws SandboxException, InterruptedException {
        var next = Programs.python("print(sum(range(10)))");
        Ran ran;
        try (var sandbox = executor.open(Programs.spec(SMALL))) {
            ran = Programs.run(sandbox, program);

            var after = Programs.run(sandbox, next);
            assertThat(after.stdout()).isEqualTo("45\n");
            assertThat(after.outcome().limitHits()).isEmpty();
            assertThat(after.outcome().usage().oomKills().orElse(0)).isZero();
        }
        assertThat(Programs.run(executor, next).stdout()).isEqualTo("45\n");
        return ran;
    }
}
