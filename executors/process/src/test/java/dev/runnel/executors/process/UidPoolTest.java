package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executors.process.ProcessExecutorConfig.UidRange;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UidPoolTest {
    @TempDir
    private Path runtime;

    @Test
    void eachSandboxHasAUidOfItsOwnUntilTheRangeIsUsedUp() throws IOException, SandboxException {
        try (var pool = pool()) {
            assertThat(pool.acquire().uid()).hasValue(210_000);
            assertThat(pool.acquire().uid()).hasValue(210_001);

            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(pool::acquire)
                    .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(new Reason.Exhausted()))
                    .withMessageContaining("210000");
        }
    }

    @Test
    void aUidThatWasGivenBackIsUsedAgain() throws IOException, SandboxException {
        try (var pool = pool()) {
            var first = pool.acquire();
            pool.acquire();

            first.release(false);

            assertThat(pool.acquire().uid()).isEqualTo(first.uid());
        }
    }

    @Test
    void aUidOfWhichAProcessIsAliveStaysTaken() throws IOException, SandboxException {
        try (var process = LongProcess.start(210_000);
                var pool = UidPool.open(new UidRange(process.uid(), 1), runtime.resolve("uids"))) {
            pool.acquire().release(false);

            assertThatExceptionOfType(SandboxException.class).isThrownBy(pool::acquire);
        }
    }

    @Test
    void daemonsThatShareARuntimeDirectoryNeverShareAUid() throws IOException, SandboxException {
        try (var one = pool();
                var other = pool()) {
            assertThat(one.acquire().uid()).isNotEqualTo(other.acquire().uid());
        }
    }

    private UidPool pool() throws IOException {
        return UidPool.open(new UidRange(210_000, 2), runtime.resolve("uids"));
    }
}
