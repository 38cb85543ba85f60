package dev.runnel.executors.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Problem;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.WaitStatus;
import dev.runnel.executors.spi.Workspace.FileEntry;
import dev.runnel.executors.spi.WorkspacePath;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Files in and out of a sandbox, between runs.
interface WorkspaceContract extends ContractFixture {
    @Test
    default void aFileComesBackAsItWasPut() throws Exception {
        var sandbox = open();
        var bytes = new byte[5_000_000];
        new Random(3).nextBytes(bytes);

        put(sandbox, "a/b/c.bin", 0640, bytes);

        var target = new ByteArrayOutputStream();
        var entry = sandbox.workspace().get(WorkspacePath.of("a/b/c.bin"), DataSize.ofMebibytes(16), target);
        assertThat(target.toByteArray()).isEqualTo(bytes);
        assertThat(entry.path()).isEqualTo(WorkspacePath.of("a/b/c.bin"));
        assertThat(entry.type()).isEqualTo(FileEntry.Type.FILE);
        assertThat(entry.size()).isEqualTo(bytes.length);
        assertThat(entry.mode()).isEqualTo(0640);
    }

    @Test
    default void aPutReplacesWhatWasThere() throws Exception {
        var sandbox = open();
        put(sandbox, "file.txt", 0600, "a longer text".getBytes(StandardCharsets.UTF_8));

        put(sandbox, "file.txt", 0600, "short".getBytes(StandardCharsets.UTF_8));

        assertThat(get(sandbox, "file.txt")).isEqualTo("short");
    }

    @Test
    default void anEmptyFileIsAFile() throws Exception {
        var sandbox = open();

        put(sandbox, "empty", 0600, new byte[0]);

        assertThat(get(sandbox, "empty")).isEmpty();
    }

    @Test
    default void aProgramSeesWhatWasPutAndLeavesWhatItWrites() throws Exception {
        var sandbox = open();
        put(sandbox, "input.txt", 0600, "for the program".getBytes(StandardCharsets.UTF_8));

        var read = attempt(sandbox, programs().readsFile("input.txt")).run();
        attempt(sandbox, programs().writesFile("output.txt", "from the program"))
                .run();

        assertThat(read.sink().stdoutText()).isEqualTo("for the program");
        assertThat(get(sandbox, "output.txt")).isEqualTo("from the program");
    }

    @Test
    default void whatIsNotThereIsNotFound() throws Exception {
        var sandbox = open();

        assertRefused("missing.txt", Problem.NOT_FOUND, () -> get(sandbox, "missing.txt"));
        assertRefused("no/such/file", Problem.NOT_FOUND, () -> get(sandbox, "no/such/file"));
    }

    @Test
    default void aDirectoryIsNoFile() throws Exception {
        var sandbox = open();
        put(sandbox, "directory/file.txt", 0600, new byte[1]);

        assertRefused("directory", Problem.NOT_A_REGULAR_FILE, () -> get(sandbox, "directory"));
        assertRefused("directory", Problem.NOT_A_REGULAR_FILE, () -> put(sandbox, "directory", 0600, new byte[1]));
    }

    @Test
    default void aFileLargerThanAskedForIsRefused() throws Exception {
        var sandbox = open();
        put(sandbox, "eleven.bin", 0600, new byte[11]);

        assertRefused(
                "eleven.bin",
                Problem.TOO_LARGE,
                () -> sandbox.workspace()
                        .get(WorkspacePath.of("eleven.bin"), DataSize.ofBytes(10), OutputStream.nullOutputStream()));
        sandbox.workspace().get(WorkspacePath.of("eleven.bin"), DataSize.ofBytes(11), OutputStream.nullOutputStream());
    }

    @Test
    default void aLinkIsNeverFollowed() throws Exception {
        var sandbox = open();
        put(sandbox, "directory/target.txt", 0600, "target".getBytes(StandardCharsets.UTF_8));
        attempt(sandbox, programs().links("link.txt", "directory/target.txt")).run();
        attempt(sandbox, programs().links("linked", "directory")).run();
        attempt(sandbox, programs().links("etc", "/etc")).run();

        assertRefused("link.txt", Problem.LINK_ON_THE_WAY, () -> get(sandbox, "link.txt"));
        assertRefused("linked/target.txt", Problem.LINK_ON_THE_WAY, () -> get(sandbox, "linked/target.txt"));
        assertRefused("etc/passwd", Problem.LINK_ON_THE_WAY, () -> get(sandbox, "etc/passwd"));
        assertRefused(
                "linked/new.txt", Problem.LINK_ON_THE_WAY, () -> put(sandbox, "linked/new.txt", 0600, new byte[1]));
        assertThat(sandbox.workspace().list(WorkspacePath.ROOT, 100).entries())
                .anySatisfy(entry -> {
                    assertThat(entry.path()).isEqualTo(WorkspacePath.of("linked"));
                    assertThat(entry.type()).isEqualTo(FileEntry.Type.LINK);
                })
                .noneSatisfy(entry -> assertThat(entry.path().value()).startsWith("etc/"));
    }

    @Test
    default void aListingIsDepthFirstByName() throws Exception {
        var sandbox = open();
        for (var path : new String[] {"b.txt", "a/z.txt", "a-b.txt", "a/b/c.txt", "c/d.txt"}) {
            put(sandbox, path, 0600, new byte[2]);
        }

        var all = sandbox.workspace().list(WorkspacePath.ROOT, 100);
        var beneath = sandbox.workspace().list(WorkspacePath.of("a"), 100);

        assertThat(all.entries())
                .extracting(entry -> entry.path().value())
                .containsExactly("a", "a/b", "a/b/c.txt", "a/z.txt", "a-b.txt", "b.txt", "c", "c/d.txt");
        assertThat(all.truncated()).isFalse();
        assertThat(all.skipped()).isZero();
        assertThat(beneath.entries())
                .extracting(entry -> entry.path().value())
                .containsExactly("a/b", "a/b/c.txt", "a/z.txt");
    }

    @Test
    default void aListingIsCutWhereAskedAndSaysSo() throws Exception {
        var sandbox = open();
        for (var i = 0; i < 5; i++) {
            put(sandbox, i + ".txt", 0600, new byte[1]);
        }

        var cut = sandbox.workspace().list(WorkspacePath.ROOT, 4);
        var whole = sandbox.workspace().list(WorkspacePath.ROOT, 5);

        assertThat(cut.entries()).hasSize(4);
        assertThat(cut.truncated()).isTrue();
        assertThat(whole.entries()).hasSize(5);
        assertThat(whole.truncated()).isFalse();
    }

    @Test
    default void whatDoesNotFitIsRefusedAndTheSandboxGoesOn() throws Exception {
        var sandbox = open();

        assertRefused("big.bin", Problem.NO_SPACE, () -> put(sandbox, "big.bin", 0600, new byte[80 << 20]));

        assertThat(attempt(sandbox, programs().exits(0)).run().outcome().status())
                .isEqualTo(new WaitStatus.ExitCode(0));
    }

    @Test
    default void aSparseFileIsAsLargeAsItSays() throws Exception {
        var sandbox = open();
        var made = attempt(sandbox, programs().makesSparseFile("sparse.bin", 1L << 40))
                .fileSize(DataSize.ofBytes(1L << 41))
                .run();
        assertThat(made.outcome().status()).isEqualTo(new WaitStatus.ExitCode(0));

        assertRefused("sparse.bin", Problem.TOO_LARGE, () -> get(sandbox, "sparse.bin"));
        assertThat(sandbox.workspace().list(WorkspacePath.ROOT, 100).entries())
                .filteredOn(entry -> entry.path().value().equals("sparse.bin"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.size()).isEqualTo(1L << 40));
    }

    private static void put(Sandbox sandbox, String path, int mode, byte[] bytes) throws Exception {
        sandbox.workspace().put(new InputFile(WorkspacePath.of(path), mode, Content.of(bytes)));
    }

    private static String get(Sandbox sandbox, String path) throws Exception {
        var target = new ByteArrayOutputStream();
        sandbox.workspace().get(WorkspacePath.of(path), DataSize.ofMebibytes(64), target);
        return target.toString(StandardCharsets.UTF_8);
    }

    private static void assertRefused(String path, Problem problem, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SandboxException.class,
                        e -> assertThat(e.reason()).isEqualTo(new Reason.FileRefused(WorkspacePath.of(path), problem)));
    }
}
