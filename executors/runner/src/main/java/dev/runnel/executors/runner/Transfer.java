package dev.runnel.executors.runner;

import com.google.protobuf.MessageLite;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.runner.v1.FileError;
import dev.runnel.runner.v1.FileInfo;
import dev.runnel.runner.v1.FileKind;
import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.Listing;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/// One transfer of files on a channel, as the reader receives and checks it.
final class Transfer implements Receiver {
    /// Between two things the runner says while it is its turn.
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

    private final RunnerConnection connection;
    private final long run;
    private final long cell;
    private final WorkspacePath path;
    private final Expectation expectation;
    private final CreditWindow window;
    private final Inbox<Event> inbox = new Inbox<>();

    // The reader's own.
    private boolean announced;
    private long missing;

    /// Nobody takes its data any more; the reader grants it back itself.
    private volatile boolean abandoned;

    /// @param cell whose workspace it is; 0 in a plain sandbox
    /// @param path what is moved or listed
    Transfer(RunnerConnection connection, long cell, WorkspacePath path, Expectation expectation) {
        this.connection = connection;
        this.run = connection.nextRun();
        this.cell = cell;
        this.path = path;
        this.expectation = expectation;
        this.window = new CreditWindow(connection, run, 0);
    }

    /// What was asked for.
    sealed interface Expectation {
        record Stored() implements Expectation {}

        record File(long atMost) implements Expectation {}

        record Entries(int atMost) implements Expectation {}
    }

    /// What came, in order.
    sealed interface Event {
        record Done() implements Event {}

        record Announced(FileInfo file) implements Event {}

        record Data(ByteBuffer bytes) implements Event {}

        record Entries(Listing listing) implements Event {}

        record Refused(SandboxException why) implements Event {}
    }

    @Override
    public long run() {
        return run;
    }

    @Override
    public long cell() {
        return cell;
    }

    // The reader

    @Override
    public boolean receive(FrameType type, ByteBuffer payload) throws ProtocolViolationException {
        var last = take(type, payload);
        if (last) {
            connection.transfers().release();
        }
        return last;
    }

    private boolean take(FrameType type, ByteBuffer payload) throws ProtocolViolationException {
        if (type == FrameType.FRAME_TYPE_FILE_ERROR) {
            var error = Messages.parse(FileError::parseFrom, payload);
            inbox.put(new Event.Refused(FileRefusal.of(path, error, cell)));
            return true;
        }
        return switch (expectation) {
            case Expectation.Stored _ -> {
                require(type == FrameType.FRAME_TYPE_PUT_DONE, type);
                inbox.put(new Event.Done());
                yield true;
            }
            case Expectation.Entries(var atMost) -> {
                require(type == FrameType.FRAME_TYPE_LISTING, type);
                var listing = Messages.parse(Listing::parseFrom, payload);
                require(listing.getEntriesCount() <= atMost, type);
                inbox.put(new Event.Entries(listing));
                yield true;
            }
            case Expectation.File(var atMost) -> receiveFile(type, payload, atMost);
        };
    }

    private boolean receiveFile(FrameType type, ByteBuffer payload, long atMost) throws ProtocolViolationException {
        if (!announced) {
            require(type == FrameType.FRAME_TYPE_FILE_INFO, type);
            var file = Messages.parse(FileInfo::parseFrom, payload);
            missing = Messages.natural("file size", file.getSize());
            require(file.getKind() == FileKind.FILE_KIND_REGULAR && missing <= atMost, type);
            announced = true;
            inbox.put(new Event.Announced(file));
            return false;
        }
        if (type == FrameType.FRAME_TYPE_FILE_END) {
            require(missing == 0, type);
            inbox.put(new Event.Done());
            return true;
        }
        require(type == FrameType.FRAME_TYPE_FILE_DATA && payload.remaining() <= missing, type);
        missing -= payload.remaining();
        window.received(payload.remaining());
        inbox.put(new Event.Data(payload));
        if (abandoned) {
            abandon();
        }
        return false;
    }

    @Override
    public void closing() {}

    @Override
    public void cellClosed() {
        lost(Cell.CLOSED);
    }

    @Override
    public void lost(String why) {
        connection.transfers().release();
        inbox.lost(why);
    }

    private static void require(boolean right, FrameType type) throws ProtocolViolationException {
        if (!right) {
            throw new ProtocolViolationException(type + " that does not fit what was asked for");
        }
    }

    // The thread that asked

    /// Sends what opens it, as soon as the channel has room for one more.
    void begin(FrameType type, MessageLite request) throws SandboxException, InterruptedException {
        connection.transfers().acquire();
        connection.open(this, type, request);
    }

    /// What comes next; a runner that says nothing in time is given up.
    Event next() throws SandboxException, InterruptedException {
        var early = inbox.poll();
        if (early.isPresent()) {
            return early.get();
        }
        var watchdog = new Watchdog(connection);
        watchdog.arm(ANSWER_WITHIN, "it does not move files");
        try {
            return inbox.take(false);
        } finally {
            watchdog.disarm();
        }
    }

    /// As [#next], without waiting.
    Optional<Event> poll() {
        return inbox.poll();
    }

    /// The asker has taken so much.
    void passedOn(int bytes) {
        window.consumed(bytes);
    }

    /// What still comes is dropped.
    void abandon() {
        abandoned = true;
        for (var left = inbox.poll(); left.isPresent(); left = inbox.poll()) {
            if (left.get() instanceof Event.Data(var bytes)) {
                window.consumed(bytes.remaining());
            }
        }
    }
}
