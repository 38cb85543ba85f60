package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Problem;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.Workspace;
import dev.runnel.executors.spi.Workspace.FileEntry;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.ManualTime;
import dev.runnel.runner.v1.FileError;
import dev.runnel.runner.v1.FileInfo;
import dev.runnel.runner.v1.FileKind;
import dev.runnel.runner.v1.FileProblem;
import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.Get;
import dev.runnel.runner.v1.Listing;
import dev.runnel.runner.v1.Put;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunnerWorkspaceTest {
    private static final WorkspacePath PATH = WorkspacePath.of("sub/data.bin");

    private final ManualTime time = new ManualTime();
    private FakeRunner.Connected connected;
    private FakeRunner runner;
    private Workspace workspace;
    private Thread worker = Thread.currentThread();

    @BeforeEach
    void open() throws Exception {
        connected = FakeRunner.connect(Programs.alarms(time));
        runner = connected.runner();
        workspace = new RunnerWorkspace(connected.connection(), 0);
    }

    @AfterEach
    void close() {
        connected.close();
    }

    @Test
    void aFileIsPutInPieces() throws Exception {
        var put = putInBackground(new byte[Frame.MAX_PAYLOAD + 1]);

        var request = runner.expect(FrameType.FRAME_TYPE_PUT);
        var message = Put.parseFrom(request.payload());
        assertThat(message.getPath().toStringUtf8()).isEqualTo("sub/data.bin");
        assertThat(message.getMode()).isEqualTo(0640);
        assertThat(message.getSize()).isEqualTo(Frame.MAX_PAYLOAD + 1);
        assertThat(runner.expect(FrameType.FRAME_TYPE_PUT_DATA).payload().remaining())
                .isEqualTo(Frame.MAX_PAYLOAD);
        assertThat(runner.expect(FrameType.FRAME_TYPE_PUT_DATA).payload().remaining())
                .isEqualTo(1);
        runner.send(Frame.empty(FrameType.FRAME_TYPE_PUT_DONE, request.run()));
        put.get();
    }

    @Test
    void aPutThatIsRefusedSaysWhy() throws Exception {
        var put = putInBackground(new byte[1]);
        fail(runner.expect(FrameType.FRAME_TYPE_PUT).run(), FileProblem.FILE_PROBLEM_NO_SPACE);

        assertRefused(put, Problem.NO_SPACE);
    }

    @Test
    void aPutThatIsInterruptedIsFinishedFirst() throws Exception {
        var put = putInBackground(new byte[] {1});
        var request = runner.expect(FrameType.FRAME_TYPE_PUT);
        worker.interrupt();
        runner.expect(FrameType.FRAME_TYPE_PUT_DATA);
        runner.send(Frame.empty(FrameType.FRAME_TYPE_PUT_DONE, request.run()));

        assertThatThrownBy(put::get).hasCauseInstanceOf(InterruptedException.class);
        var again = putInBackground(new byte[0]);
        runner.send(Frame.empty(
                FrameType.FRAME_TYPE_PUT_DONE,
                runner.expect(FrameType.FRAME_TYPE_PUT).run()));
        again.get();
    }

    @Test
    void aFileIsGotWithItsEntry() throws Exception {
        var target = new ByteArrayOutputStream();
        var get = getInBackground(target);
        var request = runner.expect(FrameType.FRAME_TYPE_GET);
        var message = Get.parseFrom(request.payload());
        announce(request.run(), FileKind.FILE_KIND_REGULAR, 5);
        data(request.run(), "he");
        data(request.run(), "llo");
        runner.send(Frame.empty(FrameType.FRAME_TYPE_FILE_END, request.run()));

        assertThat(message.getMaxBytes()).isEqualTo(4 << 20);
        assertThat(get.get())
                .isEqualTo(new FileEntry(PATH, FileEntry.Type.FILE, 5, 0644, Instant.parse("1970-01-01T00:00:01Z")));
        assertThat(target.toString(StandardCharsets.UTF_8)).isEqualTo("hello");
    }

    @Test
    void aLargeFileIsGotWithinItsCredit() throws Exception {
        var get = getInBackground(OutputStream.nullOutputStream());
        var run = runner.expect(FrameType.FRAME_TYPE_GET).run();
        announce(run, FileKind.FILE_KIND_REGULAR, 3 << 20);
        var credit = CreditWindow.SIZE;
        for (var sent = 0; sent < 3 << 20; sent += Frame.MAX_PAYLOAD) {
            if (credit < Frame.MAX_PAYLOAD) {
                credit += runner.expectCredit();
            }
            credit -= Frame.MAX_PAYLOAD;
            runner.send(Frame.data(FrameType.FRAME_TYPE_FILE_DATA, run, ByteBuffer.allocate(Frame.MAX_PAYLOAD)));
        }
        runner.send(Frame.empty(FrameType.FRAME_TYPE_FILE_END, run));

        assertThat(get.get().size()).isEqualTo(3 << 20);
    }

    @Test
    void aTargetThatFailsMidwayLeavesTheChannelUsable() throws Exception {
        var get = getInBackground(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("the disk is full");
            }
        });
        var run = runner.expect(FrameType.FRAME_TYPE_GET).run();
        announce(run, FileKind.FILE_KIND_REGULAR, 2 * CreditWindow.SIZE);
        for (var sent = 0; sent < CreditWindow.SIZE; sent += Frame.MAX_PAYLOAD) {
            runner.send(Frame.data(FrameType.FRAME_TYPE_FILE_DATA, run, ByteBuffer.allocate(Frame.MAX_PAYLOAD)));
        }
        assertThatThrownBy(get::get).hasRootCauseMessage("the disk is full");

        for (var granted = 0; granted < CreditWindow.SIZE / 2; ) {
            granted += runner.expectCredit();
        }
        assertThat(connected.connection().isOpen()).isTrue();
    }

    @Test
    void aListingTellsEverything() throws Exception {
        var list = background(() -> workspace.list(WorkspacePath.ROOT, 100));
        var run = runner.expect(FrameType.FRAME_TYPE_LIST).run();
        runner.send(
                FrameType.FRAME_TYPE_LISTING,
                run,
                Listing.newBuilder()
                        .addEntries(info("a", FileKind.FILE_KIND_DIRECTORY).setMode(0755))
                        .addEntries(info("a/b", FileKind.FILE_KIND_REGULAR).setSize(1L << 40))
                        .addEntries(info("link", FileKind.FILE_KIND_LINK).setMode(0777))
                        .addEntries(info("pipe", FileKind.FILE_KIND_OTHER))
                        .addEntries(info("", FileKind.FILE_KIND_REGULAR)
                                .setPath(ByteString.copyFrom(new byte[] {(byte) 0xff})))
                        .addEntries(info("d/".repeat(40) + "e", FileKind.FILE_KIND_REGULAR))
                        .setSkipped(2)
                        .build());

        var listing = list.get();
        assertThat(listing.entries())
                .containsExactly(
                        entry("a", FileEntry.Type.DIRECTORY, 0, 0755),
                        entry("a/b", FileEntry.Type.FILE, 1L << 40, 0),
                        entry("link", FileEntry.Type.LINK, 0, 0777),
                        entry("pipe", FileEntry.Type.OTHER, 0, 0));
        assertThat(listing.skipped()).isEqualTo(3);
        assertThat(listing.truncated()).isTrue();
    }

    @Test
    void aListingWithAPathThatNoFileHasIsHostile() throws Exception {
        for (var path : new String[] {"../escape", "/etc/passwd", "a//b", "", "a/.", "b/outside"}) {
            try (var victim = FakeRunner.connect(Programs.alarms(time))) {
                var list =
                        background(() -> new RunnerWorkspace(victim.connection(), 0).list(WorkspacePath.of("a"), 100));
                victim.runner()
                        .send(
                                FrameType.FRAME_TYPE_LISTING,
                                victim.runner()
                                        .expect(FrameType.FRAME_TYPE_LIST)
                                        .run(),
                                Listing.newBuilder()
                                        .addEntries(info(path, FileKind.FILE_KIND_REGULAR))
                                        .build());

                assertLost(list);
                assertThat(victim.connection().isOpen()).isFalse();
            }
        }
    }

    @Test
    void aFileThatIsNotWhatWasAskedForIsHostile() throws Exception {
        var lies = List.<Lie>of(
                run -> announce(run, FileKind.FILE_KIND_LINK, 1),
                run -> announce(run, FileKind.FILE_KIND_REGULAR, (4 << 20) + 1),
                run -> announce(run, FileKind.FILE_KIND_REGULAR, -1),
                run -> data(run, "before its info"),
                run -> {
                    announce(run, FileKind.FILE_KIND_REGULAR, 1);
                    data(run, "longer");
                },
                run -> {
                    announce(run, FileKind.FILE_KIND_REGULAR, 5);
                    runner.send(Frame.empty(FrameType.FRAME_TYPE_FILE_END, run));
                },
                run -> fail(run, FileProblem.FILE_PROBLEM_UNSPECIFIED),
                run -> runner.send(Frame.empty(FrameType.FRAME_TYPE_PUT_DONE, run)));

        for (var lie : lies) {
            close();
            open();
            var get = getInBackground(OutputStream.nullOutputStream());
            lie.tell(runner.expect(FrameType.FRAME_TYPE_GET).run());

            assertLost(get);
            runner.expectEnd();
        }
    }

    @Test
    void fileDataBeyondItsCreditIsHostile() throws Exception {
        var ended = new CountDownLatch(1);
        connected.connection().onEnd(ended::countDown);
        var get = getInBackground(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                try {
                    ended.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        });
        var run = runner.expect(FrameType.FRAME_TYPE_GET).run();
        announce(run, FileKind.FILE_KIND_REGULAR, 2 * CreditWindow.SIZE);
        for (var sent = 0; sent <= CreditWindow.SIZE; sent += Frame.MAX_PAYLOAD) {
            runner.send(Frame.data(FrameType.FRAME_TYPE_FILE_DATA, run, ByteBuffer.allocate(Frame.MAX_PAYLOAD)));
        }

        runner.expectEnd();
        assertLost(get);
        assertThat(connected.connection().isOpen()).isFalse();
    }

    @Test
    void noMoreTransfersAreOpenThanTheRunnerServes() throws Exception {
        var gets = new ArrayList<FutureTask<FileEntry>>();
        for (var i = 0; i <= RunnerConnection.MAX_TRANSFERS; i++) {
            gets.add(getInBackground(OutputStream.nullOutputStream()));
        }
        var runs = new ArrayDeque<Long>();
        for (var i = 0; i < RunnerConnection.MAX_TRANSFERS; i++) {
            runs.add(runner.expect(FrameType.FRAME_TYPE_GET).run());
        }
        while (!connected.connection().transfers().hasQueuedThreads()) {
            Thread.onSpinWait();
        }

        fail(runs.remove(), FileProblem.FILE_PROBLEM_NOT_FOUND);

        runs.add(runner.expect(FrameType.FRAME_TYPE_GET).run());
        while (!runs.isEmpty()) {
            fail(runs.remove(), FileProblem.FILE_PROBLEM_NOT_FOUND);
        }
        gets.forEach(get -> assertRefused(get, Problem.NOT_FOUND));
        assertThat(connected.connection().transfers().availablePermits()).isEqualTo(RunnerConnection.MAX_TRANSFERS);
    }

    @Test
    void aRunnerThatDoesNotAnswerIsGivenUp() throws Exception {
        var list = background(() -> workspace.list(WorkspacePath.ROOT, 100));
        runner.expect(FrameType.FRAME_TYPE_LIST);
        time.awaitAlarm();

        time.advance(Duration.ofSeconds(30));

        assertLost(list);
    }

    private FutureTask<FileEntry> getInBackground(OutputStream target) {
        return background(() -> workspace.get(PATH, DataSize.ofMebibytes(4), target));
    }

    private FutureTask<Boolean> putInBackground(byte[] bytes) {
        return background(() -> {
            workspace.put(new InputFile(PATH, 0640, Content.of(bytes)));
            return true;
        });
    }

    private <T> FutureTask<T> background(Callable<T> call) {
        var task = new FutureTask<>(call);
        worker = Thread.ofVirtual().start(task);
        return task;
    }

    private void announce(long run, FileKind kind, long size) throws IOException {
        runner.send(
                FrameType.FRAME_TYPE_FILE_INFO,
                run,
                info("sub/data.bin", kind).setSize(size).setMode(0644).build());
    }

    private static FileInfo.Builder info(String path, FileKind kind) {
        return FileInfo.newBuilder()
                .setPath(ByteString.copyFromUtf8(path))
                .setKind(kind)
                .setModifiedMicros(1_000_000);
    }

    private static FileEntry entry(String path, FileEntry.Type type, long size, int mode) {
        return new FileEntry(WorkspacePath.of(path), type, size, mode, Instant.parse("1970-01-01T00:00:01Z"));
    }

    private void data(long run, String text) throws IOException {
        runner.send(Frame.data(
                FrameType.FRAME_TYPE_FILE_DATA, run, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    private void fail(long run, FileProblem problem) throws IOException {
        runner.send(
                FrameType.FRAME_TYPE_FILE_ERROR,
                run,
                FileError.newBuilder().setProblem(problem).build());
    }

    private static void assertRefused(FutureTask<?> call, Problem problem) {
        assertThatThrownBy(call::get)
                .cause()
                .isInstanceOfSatisfying(
                        SandboxException.class,
                        e -> assertThat(e.reason()).isEqualTo(new Reason.FileRefused(PATH, problem)));
    }

    private static void assertLost(FutureTask<?> call) {
        assertThatThrownBy(call::get)
                .cause()
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Lost(false)));
    }

    /// Something no honest runner answers to a Get.
    private interface Lie {
        void tell(long run) throws IOException;
    }
}
