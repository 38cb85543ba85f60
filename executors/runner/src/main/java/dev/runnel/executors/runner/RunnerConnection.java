package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.MessageLite;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.runner.v1.FrameType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The channel to one runner, for the life of its sandbox. Thread-safe.
///
/// Two virtual threads serve it: a reader, which hands each frame to the run or transfer it belongs to and
/// never waits for any of them, and a writer, because an interrupt of a caller inside a socket would close
/// the channel for everybody.
///
/// It ends at [#close()], at the channel's end, and at the first thing the runner says that the protocol does
/// not allow; then what [#onEnd] registered is run, once, and whatever is still open is lost.
public final class RunnerConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunnerConnection.class);
    private static final Duration HANDSHAKE_WITHIN = Duration.ofSeconds(20);

    private final Channel channel;
    private final FrameReader reader;
    private final RunnerFeatures features;
    private final Alarms alarms;
    private final MessageAssembler assembler = new MessageAssembler();
    private final Outbox outbox = new Outbox();
    private final AtomicReference<@Nullable String> end = new AtomicReference<>();
    private final ReentrantLock lock = new ReentrantLock();

    /// Runs and transfers that the runner has not ended.
    @GuardedBy("lock") private final Map<Long, Receiver> open = new HashMap<>();

    @GuardedBy("lock") private final List<Runnable> onEnd = new ArrayList<>();

    @GuardedBy("lock") private long lastRun;

    @GuardedBy("lock") private boolean ended;

    private RunnerConnection(Channel channel, FrameReader reader, RunnerFeatures features, Alarms alarms) {
        this.channel = channel;
        this.reader = reader;
        this.features = features;
        this.alarms = alarms;
    }

    /// Greets the runner and waits until it is ready. Owns `channel`, also when it fails.
    ///
    /// @param nonce what the runner must show
    /// @param workspace absolute path inside the sandbox
    /// @throws SandboxException with [Reason.Unavailable] when no right runner is at the other end
    public static RunnerConnection open(
            Channel channel, byte[] nonce, SandboxDescription.Kind kind, String workspace, Alarms alarms)
            throws SandboxException, InterruptedException {
        var late = alarms.after(HANDSHAKE_WITHIN, channel::close);
        var reader = new FrameReader(channel);
        try {
            var features = new Handshake(channel, reader).perform(nonce, kind, workspace);
            var connection = new RunnerConnection(channel, reader, features, alarms);
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

    // For the runs and transfers

    Alarms alarms() {
        return alarms;
    }

    /// Makes a run or transfer known under a number of its own, before anything is sent for it.
    <R extends Receiver> R register(LongFunction<R> make) throws SandboxException {
        lock.lock();
        try {
            if (ended || !isOpen()) {
                throw new SandboxException(new Reason.Lost(false), "the sandbox was lost: " + end.get());
            }
            var run = ++lastRun;
            var receiver = make.apply(run);
            open.put(run, receiver);
            return receiver;
        } finally {
            lock.unlock();
        }
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
        var receiver = part.run() == 0 ? null : find(part);
        var whole = assembler.add(part);
        if (whole.isEmpty()) {
            return;
        }
        var frame = whole.get();
        if (receiver == null) {
            if (frame.type() != FrameType.FRAME_TYPE_FATAL) {
                throw new ProtocolViolationException(frame.type() + " for the channel itself");
            }
            LOG.warn("a runner gave up: {}", Untrusted.fatal(frame.payload()));
            fail("the runner gave up");
        } else if (receiver.receive(frame.type(), frame.payload())) {
            forget(frame.run());
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
        }
    }
}
