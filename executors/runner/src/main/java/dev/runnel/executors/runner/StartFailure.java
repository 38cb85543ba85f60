package dev.runnel.executors.runner;

import com.google.protobuf.ByteString;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.runner.v1.StartFailed;

/// Turns a runner's StartFailed into the exception that tells of it. Nothing of the program has run.
final class StartFailure {
    private static final String FILE = "file";
    private static final String CELL = "cell";

    private StartFailure() {}

    static SandboxException of(StartFailed failure, ExecRequest request) throws ProtocolViolationException {
        if (failure.getCommandUnusable()) {
            return new SandboxException(
                    new Reason.Unsupported(),
                    "the program could not be started: its command "
                            + request.program().argv().getFirst()
                            + " is not there or can't be executed in this sandbox (errno " + failure.getErrnoNumber()
                            + ")");
        }
        return switch (failure.getStep()) {
            case FILE -> FileRefusal.of(fileOf(failure, request), failure.getFileError(), request.cell());
            case CELL -> FileRefusal.noCell(request.cell(), failure.getErrnoNumber());
            default ->
                new SandboxException(
                        new Reason.Lost(false),
                        "the sandbox could not start the program: " + Untrusted.text(failure.getStep())
                                + " failed with errno " + failure.getErrnoNumber());
        };
    }

    private static WorkspacePath fileOf(StartFailed failure, ExecRequest request) throws ProtocolViolationException {
        if (request.carriesFiles()) {
            for (var path :
                    request.program().files().stream().map(InputFile::path).toList()) {
                if (ByteString.copyFromUtf8(path.value()).equals(failure.getFilePath())) {
                    return path;
                }
            }
        }
        throw new ProtocolViolationException("a failure of a file that did not come with its program");
    }
}
