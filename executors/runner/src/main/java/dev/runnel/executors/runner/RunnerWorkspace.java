package dev.runnel.executors.runner;

import com.google.protobuf.ByteString;
import dev.runnel.executors.runner.Transfer.Event;
import dev.runnel.executors.runner.Transfer.Expectation;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.InputFile;
import dev.runnel.executors.spi.SandboxException;
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

/// The files of a sandbox, plain or a cell, moved by its runner.
final class RunnerWorkspace implements Workspace {
    private static final Duration PUT_PROGRESS_WITHIN = Duration.ofSeconds(30);
    private static final int PROGRESS_BYTES = 64 * Frame.MAX_PAYLOAD;

    private final RunnerConnection connection;
    private final long cell;

    /// @param cell whose workspace it is; 0 in a plain sandbox
    RunnerWorkspace(RunnerConnection connection, long cell) {
        this.connection = connection;
        this.cell = cell;
    }

    /// Once begun a put goes on to its end also when it is interrupted: the protocol has no way to break one
    /// off.
    @Override
    public void put(InputFile file) throws SandboxException, IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        try (var source = file.content().open()) {
            var transfer = new Transfer(connection, cell, file.path(), new Expectation.Stored());
            var put = Put.newBuilder()
                    .setPath(bytes(file.path()))
                    .setMode(file.mode())
                    .setSize(file.content().size())
                    .setCell(cell)
                    .build();
            transfer.begin(FrameType.FRAME_TYPE_PUT, put);
            var interrupted = send(source, file, transfer);
            interrupted |= awaitStored(transfer);
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
                    finish(early.get());
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

    /// Returns whether it was interrupted, even while the answer was there already and nothing waited for it.
    private static boolean awaitStored(Transfer transfer) throws SandboxException {
        var interrupted = false;
        while (true) {
            try {
                finish(transfer.next());
                return Thread.interrupted() || interrupted;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
    }

    private static void finish(Event event) throws SandboxException {
        switch (event) {
            case Event.Done _ -> {}
            case Event.Refused(var why) -> throw why;
            case Event.Announced _, Event.Data _, Event.Entries _ -> throw unexpected();
        }
    }

    @Override
    public FileEntry get(WorkspacePath path, DataSize atMost, OutputStream target)
            throws SandboxException, IOException, InterruptedException {
        var transfer = new Transfer(connection, cell, path, new Expectation.File(atMost.bytes()));
        var get = Get.newBuilder()
                .setPath(bytes(path))
                .setMaxBytes(atMost.bytes())
                .setInitialCredit(CreditWindow.SIZE)
                .setCell(cell)
                .build();
        transfer.begin(FrameType.FRAME_TYPE_GET, get);
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
            case Event.Refused(var why) -> throw why;
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
                case Event.Refused(var why) -> throw why;
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
        var transfer = new Transfer(connection, cell, directory, new Expectation.Entries(atMost));
        var list = List.newBuilder()
                .setPath(bytes(directory))
                .setMaxEntries(atMost)
                .setCell(cell)
                .build();
        transfer.begin(FrameType.FRAME_TYPE_LIST, list);
        return switch (transfer.next()) {
            case Event.Entries(var listing) -> {
                try {
                    yield FileEntries.listing(directory, listing);
                } catch (ProtocolViolationException e) {
                    throw broke(e);
                }
            }
            case Event.Refused(var why) -> throw why;
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
}
