package dev.runnel.executors.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.runnel.executors.spi.Content;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.Program;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.executors.testkit.ManualTime;
import dev.runnel.executors.testkit.RecordingSink;
import dev.runnel.runner.v1.FileError;
import dev.runnel.runner.v1.FileProblem;
import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.ProgramFile;
import dev.runnel.runner.v1.Put;
import dev.runnel.runner.v1.StartFailed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How a program's files come to the runner, and what becomes of those that it refuses.
@Timeout(60)
class ProgramFilesTest {
    private static final InputFile MAIN = Programs.file("main.py", new byte[] {1, 2, 3});

    private FakeRunner.Connected connected;
    private FakeRunner runner;
    private RunnerSandbox sandbox;

    @BeforeEach
    void open() throws Exception {
        connected = FakeRunner.connect(Programs.alarms(new ManualTime()));
        runner = connected.runner();
        sandbox = new RunnerSandbox(Programs.DESCRIPTION, connected.connection(), Programs.DEFAULTS, () -> {});
    }

    @AfterEach
    void close() {
        sandbox.close();
        connected.close();
    }

    @Test
    void smallFilesComeWithTheirProgram() throws Exception {
        var rest = Programs.file("sub/rest", new byte[ExecRequest.FILES_WITHIN - 3]);
        var run = start(Programs.withFiles(MAIN, rest));

        var exec = runner.expectExec();
        runner.started(1);
        runner.exit(1, FakeRunner.exited(0, 0));

        run.get();
        assertThat(exec.getFiles(0))
                .isEqualTo(ProgramFile.newBuilder()
                        .setPath(ByteString.copyFromUtf8("main.py"))
                        .setMode(0640)
                        .setContent(ByteString.copyFrom(new byte[] {1, 2, 3}))
                        .build());
        assertThat(exec.getFiles(1).getContent().size()).isEqualTo(ExecRequest.FILES_WITHIN - 3);
        assertThat(exec.getFilesCount()).isEqualTo(2);
    }

    @Test
    void filesOverTheBoundArePutBefore() throws Exception {
        var rest = Programs.file("sub/rest", new byte[ExecRequest.FILES_WITHIN - 2]);
        var run = start(Programs.withFiles(MAIN, rest));

        takePut("main.py", 1);
        takePut("sub/rest", 4);

        assertThat(runner.expectExec().getFilesCount()).isZero();
        runner.started(3);
        runner.exit(3, FakeRunner.exited(0, 0));
        run.get();
    }

    @Test
    void filesForWhichTheCommandLeavesNoRoomArePutBefore() throws Exception {
        var large = Programs.withArgument("x".repeat(Frame.MAX_MESSAGE - 1000));
        var files = List.of(Programs.file("rest", new byte[Frame.MAX_PAYLOAD]));
        var run = start(new Program(
                files,
                large.argv(),
                large.environment(),
                large.workingDirectory(),
                large.mergeStderr(),
                large.limits()));

        takePut("rest", 1);

        assertThat(runner.expectExec().getFilesCount()).isZero();
        runner.started(2);
        runner.exit(2, FakeRunner.exited(0, 0));
        run.get();
    }

    @Test
    void aFileThatIsShorterThanItWasSaidToBeRunsNothing(@TempDir Path directory) throws Exception {
        var path = Files.write(directory.resolve("short"), new byte[2]);
        var file = new InputFile(WorkspacePath.of("short"), 0640, new Content.InFile(path, 3));
        var run = start(Programs.withFiles(file));

        assertThatThrownBy(run::get)
                .cause()
                .hasRootCauseMessage("the content of short ended after 2 of 3")
                .isInstanceOfSatisfying(
                        SandboxException.class, e -> assertThat(e.reason()).isEqualTo(new Reason.Lost(false)));
        assertThat(connected.connection().isOpen()).isTrue();
    }

    @Test
    void aFileThatIsRefusedIsToldAsThatOfAPut() throws Exception {
        var problems = List.of(
                FileProblem.FILE_PROBLEM_NOT_FOUND,
                FileProblem.FILE_PROBLEM_NOT_A_REGULAR_FILE,
                FileProblem.FILE_PROBLEM_LINK_ON_THE_WAY,
                FileProblem.FILE_PROBLEM_NO_SPACE,
                FileProblem.FILE_PROBLEM_TOO_LARGE,
                FileProblem.FILE_PROBLEM_PERMISSION_DENIED,
                FileProblem.FILE_PROBLEM_OTHER);
        for (var problem : problems) {
            var error = FileError.newBuilder().setProblem(problem).build();
            var put = new FutureTask<>(() -> {
                sandbox.workspace().put(MAIN);
                return true;
            });
            Thread.ofVirtual().start(put);
            var putRun = runner.expect(FrameType.FRAME_TYPE_PUT).run();
            runner.expect(FrameType.FRAME_TYPE_PUT_DATA);
            runner.send(FrameType.FRAME_TYPE_FILE_ERROR, putRun, error);
            var run = start(Programs.withFiles(Programs.file("other", new byte[0]), MAIN));
            runner.startFailed(
                    runner.expect(FrameType.FRAME_TYPE_EXEC).run(),
                    failure("main.py").setFileError(error));

            var ofPut = refusal(put::get);
            var ofRun = refusal(run::get);

            assertThat(ofRun).hasMessage(ofPut.getMessage());
            assertThat(ofRun.reason()).isEqualTo(ofPut.reason()).isInstanceOf(Reason.FileRefused.class);
        }
        assertThat(connected.connection().isOpen()).isTrue();
    }

    @Test
    void aFailureOfAFileThatDidNotComeWithTheProgramIsHostile() throws Exception {
        var error = FileError.newBuilder().setProblem(FileProblem.FILE_PROBLEM_NO_SPACE);
        var noCell = FileError.newBuilder().setProblem(FileProblem.FILE_PROBLEM_NO_CELL);
        var failures = List.of(
                failure("elsewhere").setFileError(error),
                failure("").setFileError(error),
                failure("main.py"),
                failure("main.py").setFileError(noCell),
                StartFailed.newBuilder().setStep("cell"));
        for (var failure : failures) {
            close();
            open();
            var run = start(Programs.withFiles(MAIN));

            runner.startFailed(runner.expect(FrameType.FRAME_TYPE_EXEC).run(), failure);

            run.assertLost("broke the protocol");
            runner.expectEnd();
        }
    }

    @Test
    void aFailureOfAFileThatWasPutBeforeIsHostile() throws Exception {
        var run = start(Programs.withFiles(Programs.file("main.py", new byte[ExecRequest.FILES_WITHIN + 1])));
        takePut("main.py", 5);

        runner.startFailed(
                runner.expect(FrameType.FRAME_TYPE_EXEC).run(),
                failure("main.py").setFileError(FileError.newBuilder().setProblem(FileProblem.FILE_PROBLEM_NO_SPACE)));

        run.assertLost("broke the protocol");
    }

    private static SandboxException refusal(ThrowingCallable call) {
        var thrown = catchThrowableOfType(ExecutionException.class, call);
        return (SandboxException) Objects.requireNonNull(thrown.getCause());
    }

    private Run start(Program program) {
        return new Run(sandbox, program, Programs.quiet(), new RecordingSink());
    }

    private static StartFailed.Builder failure(String path) {
        return StartFailed.newBuilder().setStep("file").setFilePath(ByteString.copyFromUtf8(path));
    }

    private void takePut(String path, int pieces) throws Exception {
        var request = runner.expect(FrameType.FRAME_TYPE_PUT);
        assertThat(Put.parseFrom(request.payload()).getPath().toStringUtf8()).isEqualTo(path);
        for (var piece = 0; piece < pieces; piece++) {
            runner.expect(FrameType.FRAME_TYPE_PUT_DATA);
        }
        runner.send(Frame.empty(FrameType.FRAME_TYPE_PUT_DONE, request.run()));
    }
}
