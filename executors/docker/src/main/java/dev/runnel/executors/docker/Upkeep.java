package dev.runnel.executors.docker;

import dev.runnel.executors.runner.InstanceDirectory;
import dev.runnel.executors.spi.SandboxException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks after an executor's containers on a thread of its own: what could not be removed when it should
/// have been is removed later, and an engine that is lost is looked for until it is back.
///
/// Nobody keeps a list of what is still to be removed, which might be wrong: when an engine does not
/// answer, it is unknown whether a container was made. What counts is what the engine has and no sandbox is
/// in. Thread-safe.
final class Upkeep implements AutoCloseable {
    /// Between rounds when all is well.
    private static final Duration EVERY = Duration.ofSeconds(10);
    /// Between looks for an engine that is lost.
    private static final Duration WHILE_LOST = Duration.ofMillis(500);
    /// Between rounds when something can't be removed: doubles from one to the other.
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private final Engine engine;
    private final ContainerReaper reaper;
    private final Path runtime;
    private final String instance;
    private final Owner owner;
    private final Set<String> inUse = ConcurrentHashMap.newKeySet();
    private final Semaphore bell = new Semaphore(0);
    private final Thread thread = Thread.ofVirtual().name("docker-upkeep").unstarted(this::run);
    private volatile Runnable whenTended = () -> {};
    private volatile Runnable whenBack = () -> {};
    private volatile boolean lost;
    private final AtomicInteger failures = new AtomicInteger();
    private boolean reaped;

    Upkeep(Engine engine, ContainerReaper reaper, Path runtime, String instance, Owner owner) {
        this.engine = engine;
        this.reaper = reaper;
        this.runtime = runtime;
        this.instance = instance;
        this.owner = owner;
    }

    /// Removes what dead daemons left, now or when there is an engine, and goes on in the background.
    ///
    /// @param whenTended to be done now and then
    /// @param whenBack to be done when an engine that was lost answers again
    void begin(Runnable whenTended, Runnable whenBack) {
        this.whenTended = whenTended;
        this.whenBack = whenBack;
        engine.whenLost(() -> {
            lost = true;
            bell.release();
        });
        if (engine.beats()) {
            reap();
        }
        thread.start();
    }

    /// A sandbox of this name is about to have a container.
    void use(String sandbox) {
        inUse.add(sandbox);
    }

    /// No sandbox of this name is there any more.
    ///
    /// @param removed whether the engine said that its container is gone
    void leave(String sandbox, boolean removed) {
        inUse.remove(sandbox);
        if (!removed && failures.get() == 0) {
            bell.release();
        }
    }

    private void run() {
        var pause = EVERY;
        try {
            while (true) {
                bell.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
                bell.drainPermits();
                pause = round();
            }
        } catch (InterruptedException _) {
            // Closed.
        }
    }

    /// @return how long until the next one
    private Duration round() {
        var wasLost = lost;
        lost = false;
        if (!engine.beats()) {
            lost = true;
            return WHILE_LOST;
        }
        if (wasLost) {
            LOG.info("the engine answers again");
            whenBack.run();
        }
        if (!reaped || wasLost) {
            reap();
        }
        sweep();
        whenTended.run();
        if (failures.get() == 0) {
            return EVERY;
        }
        var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures.get() - 1, 10));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    private void reap() {
        try {
            reaped = InstanceDirectory.reapDead(runtime, reaper);
            reaper.reapForgotten(runtime, owner);
        } catch (IOException | SandboxException e) {
            reaped = false;
            LOG.warn("containers of dead daemons may be left in {}: {}", runtime, e.getMessage());
        }
    }

    private void sweep() {
        try {
            reaper.sweep(instance, inUse);
            failures.set(0);
        } catch (SandboxException e) {
            failures.incrementAndGet();
            LOG.warn("containers that nobody uses are left, which is tried again: {}", e.getMessage());
        }
    }

    /// Returns when nothing is under way. What is left goes with its instance.
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
