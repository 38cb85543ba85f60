package dev.runnel.executors.runner;

import com.google.protobuf.ByteString;
import dev.runnel.executors.runner.Transfer.Event;
import dev.runnel.executors.runner.Transfer.Expectation;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Problem;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.Workspace;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.runner.v1.FileInfo;
import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.Get;
import dev.runnel.runner.v1.List;
import dev.runnel.runner.v1.Put;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;

/// The files of a sandbox, moved by its runner.
final class RunnerWorkspace implements Workspace {
    private static final Duration PUT_PROGRESS_WITHIN = Duration.ofSeconds(30);
    private static final int PROGRESS_BYTES = 64 * Frame.MAX_PAYLOAD;

    private final RunnerConnection connection;

    RunnerWorkspace(RunnerConnection connection) {
        this.connection = connection;
    }

    /// Once begun a put goes on to its end also when it is interrupted: the protocol has no way to break one
    /// off.
    @Override
    public void put(InputFile file) throws SandboxException, IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        try (var source = file.content().open()) {
            var transfer = connection.register(run -> new Transfer(connection, run, new Expectation.Stored()));
            var put = Put.newBuilder()
                    .setPath(bytes(file.path()))
                    .setMode(file.mode())
                    .setSize(file.content().size())
                    .build();
            connection.send(FrameType.FRAME_TYPE_PUT, transfer.run(), put);
            var interrupted = send(source, file, transfer);
            interrupted |= awaitStored(file.path(), transfer);
            if (interrupted) {
                throw new InterruptedException("cancelled while a file was written");
            }
        }
    }

    /// Returns whether it was interrupted.
    private boolean send(InputStream source, InputFile file, Transfer transfer) throws SandboxException, IOException {
        var interrupted = false;
        var watchdog = new Watchdog(connection);
        try {
            var size = file.content().size();
            for (var sent = 0L; sent < size; ) {
                if (sent % PROGRESS_BYTES == 0) {
                    watchdog.arm(PUT_PROGRESS_WITHIN, "it does not take files");
                }
                var early = transfer.poll();
                if (early.isPresent()) {
                    finish(file.path(), early.get());
                }
                var piece = source.readNBytes((int) Math.min(Frame.MAX_PAYLOAD, size - sent));
                if (piece.length == 0) {
                    connection.fail("a file for it was shorter than announced");
                    throw new IOException("the content of " + file.path() + " ended after " + sent + " of " + size);
                }
                interrupted |= sendUninterruptibly(
                        Frame.data(FrameType.FRAME_TYPE_PUT_DATA, transfer.run(), ByteBuffer.wrap(piece)));
                sent += piece.length;
            }
            return interrupted;
        } finally {
            watchdog.disarm();
        }
    }

    private boolean sendUninterruptibly(Frame frame) {
        var interrupted = false;
        while (true) {
            try {
                connection.sendBulk(frame);
                return interrupted;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
    }

    private static boolean awaitStored(WorkspacePath path, Transfer transfer) throws SandboxException {
        var interrupted = false;
        while (true) {
            try {
                finish(path, transfer.next());
                return interrupted;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
    }

    private static void finish(WorkspacePath path, Event event) throws SandboxException {
        switch (event) {
            case Event.Done _ -> {}
            case Event.Refused(var problem) -> throw refused(path, problem);
            case Event.Announced _, Event.Data _, Event.Entries _ -> throw unexpected();
        }
    }

    @Override
    public FileEntry get(WorkspacePath path, DataSize atMost, OutputStream target)
            throws SandboxException, IOException, InterruptedException {
        var transfer = connection.register(run -> new Transfer(connection, run, new Expectation.File(atMost.bytes())));
        var get = Get.newBuilder()
                .setPath(bytes(path))
                .setMaxBytes(atMost.bytes())
                .setInitialCredit(CreditWindow.SIZE)
                .build();
        connection.send(FrameType.FRAME_TYPE_GET, transfer.run(), get);
        try {
            return copy(path, transfer, target);
        } catch (IOException | InterruptedException | RuntimeException e) {
            transfer.abandon();
            throw e;
        }
    }

    private FileEntry copy(WorkspacePath path, Transfer transfer, OutputStream target)
            throws SandboxException, IOException, InterruptedException {
        var entry = switch (transfer.next()) {
            case Event.Announced(var file) -> entry(path, file);
            case Event.Refused(var problem) -> throw refused(path, problem);
            case Event.Data _, Event.Done _, Event.Entries _ -> throw unexpected();
        };
        while (true) {
            switch (transfer.next()) {
                case Event.Data(var bytes) -> {
                    target.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
                    transfer.passedOn(bytes.remaining());
                }
                case Event.Done _ -> {
                    return entry;
                }
                case Event.Refused(var problem) -> throw refused(path, problem);
                case Event.Announced _, Event.Entries _ -> throw unexpected();
            }
        }
    }

    private FileEntry entry(WorkspacePath path, FileInfo file) throws SandboxException {
        try {
            return FileEntries.entry(path, file);
        } catch (ProtocolViolationException e) {
            throw broke(e);
        }
    }

    @Override
    public Listing list(WorkspacePath directory, int atMost) throws SandboxException, InterruptedException {
        var transfer = connection.register(run -> new Transfer(connection, run, new Expectation.Entries(atMost)));
        var list = List.newBuilder()
                .setPath(bytes(directory))
                .setMaxEntries(atMost)
                .build();
        connection.send(FrameType.FRAME_TYPE_LIST, transfer.run(), list);
        return switch (transfer.next()) {
            case Event.Entries(var listing) -> {
                try {
                    yield FileEntries.listing(directory, listing);
                } catch (ProtocolViolationException e) {
                    throw broke(e);
                }
            }
            case Event.Refused(var problem) -> throw refused(directory, problem);
            case Event.Announced _, Event.Data _, Event.Done _ -> throw unexpected();
        };
    }

    private SandboxException broke(ProtocolViolationException violation) {
        var why = "the runner broke the protocol (" + violation.getMessage() + ")";
        connection.fail(why);
        return new SandboxException(new Reason.Lost(false), "the sandbox was lost: " + why, violation);
    }

    private static ByteString bytes(WorkspacePath path) {
        return ByteString.copyFromUtf8(path.value());
    }

    private static AssertionError unexpected() {
        return new AssertionError("the reader lets only pass what was asked for");
    }

    private static SandboxException refused(WorkspacePath path, Problem problem) {
        var why = switch (problem) {
            case NOT_FOUND -> "it is not there";
            case NOT_A_REGULAR_FILE -> "it is not a regular file";
            case LINK_ON_THE_WAY -> "its path leads through a link or out of the workspace";
            case NO_SPACE -> "the workspace is full";
            case TOO_LARGE -> "it is larger than allowed";
            case PERMISSION_DENIED -> "its permissions forbid it";
            case OTHER -> "the sandbox could not";
        };
        return new SandboxException(
                new Reason.FileRefused(path, problem), "the file '" + path + "' of the workspace was refused: " + why);
    }
}
