package dev.runnel.executors.docker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Tells an engine that is busy from one that is gone or hangs: the latter does not even answer its
/// cheapest request. So a request that takes long is waited for, but not one that nobody works on.
/// Thread-safe.
///
/// Whoever waits here is not interrupted: what was asked for has been done when the wait is over, or is
/// told to be unknown. An interrupt is kept for afterwards.
final class Pulse {
    /// How long an engine that lives may take for a beat, however busy it is.
    static final Duration BEAT_WITHIN = Duration.ofSeconds(3);
    /// How long a request may take before the pulse is felt, and from one time to the next.
    static final Duration FELT_EVERY = Duration.ofSeconds(1);

    private final Runnable beat;
    private final Runnable whenLost;
    private final AtomicReference<@Nullable String> trouble = new AtomicReference<>();
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private @Nullable FutureTask<?> beating;

    /// @param beat the cheapest request; throws when it fails
    /// @param whenLost told each time that the pulse is gone; returns at once
    Pulse(Runnable beat, Runnable whenLost) {
        this.beat = beat;
        this.whenLost = whenLost;
    }

    /// The engine does not answer.
    static final class Silence extends Exception {
        private static final long serialVersionUID = 1L;

        Silence(String message) {
            super(message);
        }
    }

    /// Why the engine could not be used when last something was asked of it.
    Optional<String> trouble() {
        return Optional.ofNullable(trouble.get());
    }

    /// Whether the engine answers now. Takes [#BEAT_WITHIN] at most; many may ask at once, the engine is
    /// asked once.
    boolean beats() {
        var task = beating();
        try {
            await(task, BEAT_WITHIN);
            trouble.set(null);
            return true;
        } catch (TimeoutException | CancellationException _) {
            task.cancel(true);
            lost("it does not answer within " + BEAT_WITHIN.toSeconds() + " s");
        } catch (RuntimeException e) {
            lost(rootOf(e).toString());
        }
        return false;
    }

    private FutureTask<?> beating() {
        lock.lock();
        try {
            if (beating == null || beating.isDone()) {
                beating = new FutureTask<>(beat, null);
                Thread.ofVirtual().name("engine-pulse").start(beating);
            }
            return beating;
        } finally {
            lock.unlock();
        }
    }

    private void lost(String why) {
        if (trouble.getAndSet(why) == null) {
            whenLost.run();
        }
    }

    /// The answer to a request, or the exception it ended with. One that is given up is interrupted; what
    /// the engine makes of it is unknown.
    ///
    /// @param atMost how long it may take of an engine that answers others
    /// @throws Silence when it takes longer, or the engine answers nothing
    <T> T answer(Supplier<T> request, Duration atMost) throws Silence {
        if (trouble.get() != null && !beats()) {
            throw new Silence(trouble().orElse("it did not answer"));
        }
        var task = new FutureTask<>(request::get);
        Thread.ofVirtual().name("engine-request").start(task);
        var left = atMost;
        while (true) {
            try {
                return await(task, FELT_EVERY);
            } catch (TimeoutException _) {
                left = left.minus(FELT_EVERY);
                if (!left.isPositive() || !beats()) {
                    task.cancel(true);
                    throw new Silence(trouble().orElse("it took longer than " + atMost.toSeconds() + " s"));
                }
            }
        }
    }

    private static <T> T await(Future<T> task, Duration atMost) throws TimeoutException {
        var until = System.nanoTime() + atMost.toNanos();
        var interrupted = false;
        try {
            while (true) {
                try {
                    return task.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException _) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// docker-java wraps what its transport throws.
    static Throwable rootOf(Throwable failure) {
        var root = failure;
        for (var cause = root.getCause(); cause != null; cause = root.getCause()) {
            root = cause;
        }
        return root;
    }
}
