package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.MessageLite;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.runner.v1.FrameType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The channel to one runner, for the life of its sandbox or nursery. Thread-safe.
///
/// Two virtual threads serve it: a reader, which hands each frame to the run or transfer it belongs to and
/// never waits for any of them, and a writer, because an interrupt of a caller inside a socket would close
/// the channel for everybody.
///
/// It ends at [#close()], at the channel's end, and at the first thing the runner says that the protocol
/// does not allow; then what [#onEnd] registered is run, once, and whatever is still open is lost.
public final class RunnerConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunnerConnection.class);
    private static final Duration HANDSHAKE_WITHIN = Duration.ofSeconds(20);

    /// One less than a runner serves, which takes more for hostile: a program can always be started.
    static final int MAX_TRANSFERS = 63;

    private final Channel channel;
    private final FrameReader reader;
    private final Greeting greeting;
    private final RunnerFeatures features;
    private final Alarms alarms;
    private final ChannelReceiver own;
    private final Starts starts = new Starts();
    private final AtomicLong lastRun = new AtomicLong();
    private final Semaphore transfers = new Semaphore(MAX_TRANSFERS, true);
    private final MessageAssembler assembler = new MessageAssembler();
    private final Outbox outbox = new Outbox();
    private final AtomicReference<@Nullable String> end = new AtomicReference<>();
    private final ReentrantLock lock = new ReentrantLock();

    /// Runs, transfers and cells that the runner has not ended.
    @GuardedBy("lock") private final Map<Long, Receiver> open = new HashMap<>();

    /// Cells in which something may be opened.
    @GuardedBy("lock") private final Set<Long> cells = new HashSet<>();

    @GuardedBy("lock") private final List<Runnable> onEnd = new ArrayList<>();

    @GuardedBy("lock") private boolean ended;

    private RunnerConnection(
            Channel channel, FrameReader reader, Greeting greeting, RunnerFeatures features, Alarms alarms) {
        this.channel = channel;
        this.reader = reader;
        this.greeting = greeting;
        this.features = features;
        this.alarms = alarms;
        this.own = new ChannelReceiver(this, greeting instanceof Greeting.Nursery);
    }

    /// Greets the runner and waits until it is ready. Owns `channel`, also when it fails.
    ///
    /// @param nonce what the runner must show
    /// @param greeting what it is to be
    /// @throws SandboxException with [Reason.Unavailable] when no right runner is at the other end
    public static RunnerConnection open(Channel channel, byte[] nonce, Greeting greeting, Alarms alarms)
            throws SandboxException, InterruptedException {
        var late = alarms.after(HANDSHAKE_WITHIN, channel::close);
        var reader = new FrameReader(channel);
        try {
            var features = new Handshake(channel, reader).perform(nonce, greeting);
            var connection = new RunnerConnection(channel, reader, greeting, features, alarms);
            connection.start();
            return connection;
        } catch (IOException e) {
            channel.close();
            if (Thread.interrupted()) {
                throw new InterruptedException("cancelled while the runner was starting");
            }
            throw new SandboxException(
                    new Reason.Unavailable(), "the runner in the sandbox did not come up: " + e.getMessage(), e);
        } finally {
            late.cancel();
        }
    }

    private void start() {
        Thread.ofVirtual().name("runner-writer").start(this::write);
        Thread.ofVirtual().name("runner-reader").start(this::read);
    }

    /// What the runner said of itself.
    public RunnerFeatures features() {
        return features;
    }

    /// Whether runs can still be opened.
    public boolean isOpen() {
        return end.get() == null;
    }

    /// Registers what is to be done when the channel has ended, at once if it already has: destroying the
    /// sandbox. Runs and transfers learn of their loss only after it has returned. It must be bounded in
    /// time.
    public void onEnd(Runnable action) {
        lock.lock();
        try {
            if (!ended) {
                onEnd.add(action);
                return;
            }
        } finally {
            lock.unlock();
        }
        action.run();
    }

    /// Ends the channel; the runner at its other end kills everything and exits. Idempotent, does not wait.
    @Override
    public void close() {
        fail("it was closed");
    }

    // For the runs, transfers and cells

    Alarms alarms() {
        return alarms;
    }

    Greeting greeting() {
        return greeting;
    }

    ChannelReceiver own() {
        return own;
    }

    Starts starts() {
        return starts;
    }

    /// A number that nothing on this channel has had.
    long nextRun() {
        return lastRun.incrementAndGet();
    }

    /// Those under way; [Transfer] gives back what it took.
    Semaphore transfers() {
        return transfers;
    }

    /// Makes a run, transfer or cell known and sends what opens it, in one step: nobody closes its cell
    /// between. One that is refused is told that it is lost.
    void open(Receiver receiver, FrameType type, MessageLite message) throws SandboxException {
        var frames = Frame.message(type, receiver.run(), message);
        String refusal;
        lock.lock();
        try {
            if (!ended && isOpen() && (receiver.cell() == 0 || cells.contains(receiver.cell()))) {
                open.put(receiver.run(), receiver);
                if (receiver instanceof Cell) {
                    cells.add(receiver.run());
                }
                outbox.send(frames);
                return;
            }
            refusal = isOpen() ? Cell.CLOSED : String.valueOf(end.get());
        } finally {
            lock.unlock();
        }
        receiver.lost(refusal);
        throw new SandboxException(new Reason.Lost(false), "the sandbox was lost: " + refusal);
    }

    /// Nothing is opened in the cell from here on. Returns what is open in it.
    List<Receiver> seal(long cell) {
        lock.lock();
        try {
            cells.remove(cell);
            return in(cell);
        } finally {
            lock.unlock();
        }
    }

    /// The runner has closed the cell. For the reader.
    void cellClosed(long cell) throws ProtocolViolationException {
        for (var receiver : seal(cell)) {
            receiver.cellClosed();
            assembler.forget(receiver.run());
            forget(receiver.run());
        }
    }

    @GuardedBy("lock") private List<Receiver> in(long cell) {
        return open.values().stream().filter(each -> each.cell() == cell).toList();
    }

    void send(FrameType type, long run, MessageLite message) {
        outbox.send(Frame.message(type, run, message));
    }

    void send(FrameType type, long run) {
        outbox.send(List.of(Frame.empty(type, run)));
    }

    /// Blocks while the runner does not read.
    void sendBulk(Frame frame) throws InterruptedException {
        outbox.sendBulk(List.of(frame));
    }

    /// Ends the channel for this reason, unless it has ended already.
    void fail(String why) {
        if (end.compareAndSet(null, why)) {
            outbox.close();
            channel.close();
        }
    }

    // The two threads

    private void write() {
        try {
            outbox.writeTo(channel);
        } catch (IOException e) {
            fail("writing to the runner failed: " + e.getMessage());
        } catch (InterruptedException _) {
            fail("the writer was interrupted");
        }
    }

    private void read() {
        try {
            for (var frame = reader.next(); frame.isPresent(); frame = reader.next()) {
                dispatch(frame.get());
            }
            fail("the runner closed the channel");
        } catch (ProtocolViolationException e) {
            if (isOpen()) {
                LOG.warn("a sandbox broke the protocol and is destroyed: {}", e.getMessage());
            }
            fail("the runner broke the protocol (" + e.getMessage() + ")");
        } catch (IOException e) {
            fail("reading from the runner failed: " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("serving a runner failed", e);
            fail("of a defect in Runnel: see its log");
        } finally {
            end();
        }
    }

    private void dispatch(Frame part) throws ProtocolViolationException {
        var receiver = part.run() == 0 ? own : find(part);
        var whole = assembler.add(part);
        if (whole.isPresent()
                && receiver.receive(whole.get().type(), whole.get().payload())) {
            forget(part.run());
        }
    }

    private Receiver find(Frame frame) throws ProtocolViolationException {
        lock.lock();
        try {
            var receiver = open.get(frame.run());
            if (receiver == null) {
                throw new ProtocolViolationException(frame.type() + " for a run that is not open");
            }
            return receiver;
        } finally {
            lock.unlock();
        }
    }

    private void forget(long run) {
        lock.lock();
        try {
            open.remove(run);
            cells.remove(run);
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        List<Runnable> actions;
        List<Receiver> receivers;
        lock.lock();
        try {
            ended = true;
            actions = List.copyOf(onEnd);
            receivers = List.copyOf(open.values());
            open.clear();
        } finally {
            lock.unlock();
        }
        try {
            actions.forEach(Runnable::run);
        } finally {
            var why = String.valueOf(end.get());
            receivers.forEach(receiver -> receiver.lost(why));
            own.lost(why);
        }
    }
}
