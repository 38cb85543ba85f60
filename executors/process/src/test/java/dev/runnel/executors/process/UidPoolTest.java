package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.runnel.executors.runner.UidPool;
import dev.runnel.executors.runner.UidRange;
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
            assertThat(pool.acquire(1).uids().first()).isEqualTo(210_000);
            assertThat(pool.acquire(1).uids().first()).isEqualTo(210_001);

            assertThatExceptionOfType(SandboxException.class)
                    .isThrownBy(() -> pool.acquire(1))
                    .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(new Reason.Exhausted()))
                    .withMessageContaining("210000");
        }
    }

    @Test
    void aUidThatWasGivenBackIsUsedAgain() throws IOException, SandboxException {
        try (var pool = pool()) {
            var first = pool.acquire(1);
            pool.acquire(1);

            first.release(false);

            assertThat(pool.acquire(1).uids()).isEqualTo(first.uids());
        }
    }

    @Test
    void aUidOfWhichAProcessIsAliveStaysTaken() throws IOException, SandboxException {
        try (var process = LongProcess.start(210_000);
                var pool =
                        UidPool.open(new UidRange(process.uid(), 1), runtime.resolve("uids"), UidPoolTest::mayLive)) {
            pool.acquire(1).release(false);

            assertThatExceptionOfType(SandboxException.class).isThrownBy(() -> pool.acquire(1));
        }
    }

    @Test
    void daemonsThatShareARuntimeDirectoryNeverShareAUid() throws IOException, SandboxException {
        try (var one = pool();
                var other = pool()) {
            assertThat(one.acquire(1).uids()).isNotEqualTo(other.acquire(1).uids());
        }
    }

    @Test
    void uidsOfANurseryFollowEachOtherAndAreNobodyElses() throws IOException, SandboxException {
        var range = new UidRange(220_000, 10);
        try (var one = UidPool.open(range, runtime.resolve("uids"), UidPoolTest::mayLive);
                var other = UidPool.open(range, runtime.resolve("uids"), UidPoolTest::mayLive)) {
            var alone = one.acquire(1);
            var row = one.acquire(4);
            var others = other.acquire(4);

            assertThat(row.uids()).isEqualTo(new UidRange(220_001, 4));
            assertThat(others.uids()).isEqualTo(new UidRange(220_005, 4));
            assertThatExceptionOfType(SandboxException.class).isThrownBy(() -> one.acquire(2));

            alone.release(false);
            row.release(false);

            assertThat(other.acquire(5).uids()).isEqualTo(new UidRange(220_000, 5));
        }
    }

    @Test
    void aProcessOfAnyOfItsUidsKeepsAWholeRowTaken() throws IOException, SandboxException {
        try (var process = LongProcess.start(220_102);
                var pool = UidPool.open(
                        new UidRange(process.uid() - 2, 3), runtime.resolve("uids"), UidPoolTest::mayLive)) {
            pool.acquire(3).release(false);

            assertThatExceptionOfType(SandboxException.class).isThrownBy(() -> pool.acquire(1));
        }
    }

    private UidPool pool() throws IOException {
        return UidPool.open(new UidRange(210_000, 2), runtime.resolve("uids"), UidPoolTest::mayLive);
    }

    private static boolean mayLive(UidRange uids) throws IOException {
        return !ProcTable.ownedBy(uids).isEmpty();
    }
}
