package dev.runnel.executors.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.runner.v1.FrameType;
import dev.runnel.runner.v1.Retire;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a runner says for the channel itself once it is ready: Pong, Retire, Fatal.
final class ChannelReceiver implements Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(ChannelReceiver.class);

    private final RunnerConnection connection;
    private final boolean mayRetire;
    private final ReentrantLock lock = new ReentrantLock();

    /// Those that no Pong came for, in order.
    @GuardedBy("lock") private final ArrayDeque<Ping> pings = new ArrayDeque<>();

    @GuardedBy("lock") private final List<Runnable> onRetired = new ArrayList<>();

    @GuardedBy("lock") private boolean retired;

    @GuardedBy("lock") private @Nullable String lost;

    /// @param mayRetire it is a nursery
    ChannelReceiver(RunnerConnection connection, boolean mayRetire) {
        this.connection = connection;
        this.mayRetire = mayRetire;
    }

    /// One that waits for its Pong. The alarm stays until that comes, also when nobody waits any more.
    private record Ping(Inbox<Boolean> inbox, Watchdog watchdog) {}

    @Override
    public long run() {
        return 0;
    }

    @Override
    public long cell() {
        return 0;
    }

    // The reader

    @Override
    public boolean receive(FrameType type, ByteBuffer payload) throws ProtocolViolationException {
        switch (type) {
            case FRAME_TYPE_PONG -> pong();
            case FRAME_TYPE_RETIRE -> retire(Messages.parse(Retire::parseFrom, payload));
            case FRAME_TYPE_FATAL -> {
                LOG.warn("a runner gave up: {}", Untrusted.fatal(payload));
                connection.fail("the runner gave up");
            }
            // Everything else belongs to runs, transfers and cells, or to the daemon.
            default -> throw new ProtocolViolationException(type + " for the channel itself");
        }
        return false;
    }

    private void pong() throws ProtocolViolationException {
        Ping ping;
        lock.lock();
        try {
            ping = pings.poll();
        } finally {
            lock.unlock();
        }
        if (ping == null) {
            throw new ProtocolViolationException("a Pong without a Ping");
        }
        ping.watchdog().disarm();
        ping.inbox().put(true);
    }

    private void retire(Retire message) throws ProtocolViolationException {
        List<Runnable> actions;
        lock.lock();
        try {
            if (!mayRetire || retired) {
                throw new ProtocolViolationException("a Retire that may not come");
            }
            retired = true;
            actions = List.copyOf(onRetired);
            onRetired.clear();
        } finally {
            lock.unlock();
        }
        LOG.warn("a nursery is in doubt and retires: {}", Untrusted.text(message.getReason()));
        actions.forEach(ChannelReceiver::start);
    }

    @Override
    public void closing() {
        throw new AssertionError("the channel is in no cell");
    }

    @Override
    public void cellClosed() {
        throw new AssertionError("the channel is in no cell");
    }

    @Override
    public void lost(String why) {
        List<Runnable> actions;
        List<Ping> waiting;
        lock.lock();
        try {
            retired = true;
            lost = why;
            actions = List.copyOf(onRetired);
            onRetired.clear();
            waiting = List.copyOf(pings);
            pings.clear();
        } finally {
            lock.unlock();
        }
        for (var ping : waiting) {
            ping.watchdog().disarm();
            ping.inbox().lost(why);
        }
        actions.forEach(ChannelReceiver::start);
    }

    private static void start(Runnable action) {
        Thread.ofVirtual().name("nursery-retired").start(action);
    }

    // Everybody

    boolean isRetired() {
        lock.lock();
        try {
            return retired;
        } finally {
            lock.unlock();
        }
    }

    /// See [RunnerNursery#onRetired].
    void onRetired(Runnable action) {
        lock.lock();
        try {
            if (!retired) {
                onRetired.add(action);
                return;
            }
        } finally {
            lock.unlock();
        }
        start(action);
    }

    /// See [RunnerNursery#ping].
    void ping(Duration within) throws SandboxException, InterruptedException {
        var ping = new Ping(new Inbox<>(), new Watchdog(connection));
        ping.watchdog().arm(within, "it does not answer a ping");
        var refusal = begin(ping);
        if (refusal.isPresent()) {
            ping.watchdog().disarm();
            ping.inbox().lost(refusal.get());
        }
        ping.inbox().take(false);
    }

    /// Why it is too late for a ping.
    private Optional<String> begin(Ping ping) {
        lock.lock();
        try {
            if (lost == null) {
                pings.add(ping);
                connection.send(FrameType.FRAME_TYPE_PING, 0);
            }
            return Optional.ofNullable(lost);
        } finally {
            lock.unlock();
        }
    }
}
