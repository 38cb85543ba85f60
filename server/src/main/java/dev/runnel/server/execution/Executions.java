package dev.runnel.server.execution;

import dev.runnel.server.admission.Admission;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.content.ArtifactCollector;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// All executions of this instance of the daemon: takes them in, runs each on a virtual thread of its own,
/// finds them
/// again by tenant and id, and forgets them some time after their end. Thread-safe.
public final class Executions implements AutoCloseable {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final String instance;
    private final Resolver resolver;
    private final Admission admission;
    private final ArtifactCollector artifacts;
    private final InstantSource clock;
    private final Timers timers;
    private final Retention retention;
    private final ConcurrentHashMap<Key, Execution> executions = new ConcurrentHashMap<>();
    private volatile boolean draining;

    private record Key(Tenant tenant, String id) {}

    /// How long and how much is kept.
    ///
    /// @param ended how long an ended execution is remembered
    public record Retention(Duration ended) {}

    /// A stream that drives an execution.
    ///
    /// @param lost to be called, once, when the stream is lost before its last event
    public record Driver(EventCursor cursor, Runnable lost) {}

    /// @param instance random, new at each start of the daemon
    /// @param timers not closed
    public Executions(
            String instance,
            Resolver resolver,
            Admission admission,
            ArtifactCollector artifacts,
            InstantSource clock,
            Timers timers,
            Retention retention) {
        this.instance = instance;
        this.resolver = resolver;
        this.admission = admission;
        this.artifacts = artifacts;
        this.clock = clock;
        this.timers = timers;
        this.retention = retention;
    }

    /// What `request` would become; runs nothing.
    public Kind.Accepted validate(Tenant tenant, ExecutionRequest request) throws RefusedException {
        checkInstance(request.expectedInstance());
        try (var plan = resolver.resolve(tenant, request.spec())) {
            return new Kind.Accepted("", instance, plan.spec());
        }
    }

    /// Runs a program, or takes over the execution that an earlier request with the same id began.
    ///
    /// @throws RefusedException and then nothing was started, and no trace is left
    public Driver execute(Tenant tenant, ExecutionRequest request) throws RefusedException {
        checkInstance(request.expectedInstance());
        var id = request.id().orElseGet(() -> UUID.randomUUID().toString());
        var key = new Key(tenant, id);
        var earlier = live(key);
        if (earlier.isPresent() && earlier.get().holdsItsId(clock.instant())) {
            return again(earlier.get(), request);
        }
        return begin(key, request);
    }

    /// Streams an execution's events after `sequence`, as an observer.
    public EventCursor observe(Tenant tenant, String id, long sequence) throws RefusedException {
        return find(tenant, id).log().observe(sequence);
    }

    /// Becomes the driver of an execution, from after `sequence` on.
    public Driver takeOver(Tenant tenant, String id, long sequence) throws RefusedException {
        return drive(find(tenant, id), sequence);
    }

    public ExecutionView get(Tenant tenant, String id) throws RefusedException {
        return find(tenant, id).view();
    }

    /// Ends an execution and returns when its end is decided.
    public ExecutionView cancel(Tenant tenant, String id, CancelMode mode)
            throws RefusedException, InterruptedException {
        var execution = find(tenant, id);
        execution.cancel(mode, CancelledBy.CLIENT);
        execution.awaitEnd();
        return execution.view();
    }

    /// Takes standard input; see [StdinWindow#write].
    public StdinAccepted writeStdin(Tenant tenant, String id, long offset, ByteBuffer data, boolean eof)
            throws RefusedException, InterruptedException {
        var accepted = find(tenant, id).writeStdin(offset, data, eof);
        return new StdinAccepted(accepted.offset(), accepted.eof());
    }

    /// How much standard input was taken.
    public record StdinAccepted(long offset, boolean eof) {}

    /// Sends a signal to the program's process group.
    ///
    /// @param number as in signal(7)
    public void signal(Tenant tenant, String id, int number) throws RefusedException {
        find(tenant, id).signal(number);
    }

    /// The execution that runs in a session.
    public Optional<String> runningIn(Tenant tenant, String session) {
        return inSession(tenant, session)
                .filter(execution -> execution.state() instanceof State.Running)
                .map(Execution::id)
                .findFirst();
    }

    /// Cancels what runs and waits in a session that is being deleted, and returns when all of it has ended.
    public void cancelIn(Tenant tenant, String session) throws InterruptedException {
        var all = inSession(tenant, session).toList();
        all.forEach(execution -> execution.cancellation().cancel(CancelledBy.SESSION_DELETED));
        for (var execution : all) {
            execution.awaitEnd();
        }
    }

    private Stream<Execution> inSession(Tenant tenant, String session) {
        return executions.values().stream()
                .filter(execution -> execution.tenant().equals(tenant))
                .filter(execution -> execution.asked().session().equals(Optional.of(session)))
                .filter(execution -> !execution.hasEnded());
    }

    /// Forgets what has expired. To be called now and then.
    public void sweep() {
        var now = clock.instant();
        executions.forEach((key, execution) -> {
            if (execution.hasExpired(now) && executions.remove(key, execution)) {
                execution.log().close();
            }
        });
    }

    public void checkInstance(Optional<String> expected) throws RefusedException {
        if (expected.isPresent() && !expected.get().equals(instance)) {
            throw new RefusedException(
                    new Refusal.InstanceChanged(),
                    "the daemon was restarted since; what ran before is unknown to this instance");
        }
    }

    /// From now on nothing new is taken in.
    public void drain() {
        draining = true;
    }

    /// Takes nothing new, gives what runs `grace` to end, then cancels it and waits for that.
    public void shutDown(Duration grace) throws InterruptedException {
        drain();
        var deadline = System.nanoTime() + grace.toNanos();
        for (var execution : executions.values()) {
            if (!execution.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                execution.cancellation().cancel(CancelledBy.SHUTDOWN);
            }
        }
        for (var execution : executions.values()) {
            execution.awaitEnd();
        }
    }

    /// Forgets everything.
    @Override
    public void close() {
        executions.values().forEach(execution -> execution.log().close());
        executions.clear();
    }

    private Driver again(Execution earlier, ExecutionRequest request) throws RefusedException {
        if (!earlier.asked().equals(request.spec())) {
            throw new RefusedException(
                    new Refusal.ExecutionIdReused(), "this execution id was used with another spec; choose a new one");
        }
        return drive(earlier, 0);
    }

    private Driver begin(Key key, ExecutionRequest request) throws RefusedException {
        if (draining) {
            throw new RefusedException(
                    new Refusal.DaemonDraining(RETRY_AFTER), "the daemon is shutting down and takes no new work");
        }
        var plan = resolver.resolve(key.tenant(), request.spec());
        Admission.Ticket ticket;
        try {
            ticket = admission.admit(key.tenant(), request.onDisconnect() instanceof OnDisconnect.Detach);
        } catch (RefusedException e) {
            plan.close();
            throw e;
        }
        var log = new EventLog(clock, EventLog.Bounds.DEFAULT);
        var execution = new Execution(key.id(), key.tenant(), request, plan, log, clock.instant(), timers, () -> {});
        log.append(new Kind.Accepted(key.id(), instance, plan.spec()));
        var driver = drive(execution, 0);
        var holder =
                executions.compute(key, (_, old) -> old == null || !old.holdsItsId(clock.instant()) ? execution : old);
        if (holder != execution) {
            try (plan;
                    ticket) {
                return again(holder, request);
            }
        }
        var run = new ExecutionRun(execution, plan, ticket, artifacts, clock, retention.ended());
        Thread.ofVirtual().name("execution-" + key.id()).start(run);
        if (draining) { // since the check above: shutDown may not have seen this one
            execution.cancellation().cancel(CancelledBy.SHUTDOWN);
        }
        return driver;
    }

    private static Driver drive(Execution execution, long sequence) throws RefusedException {
        var cursor = execution.log().drive(sequence);
        return new Driver(cursor, () -> execution.lost(cursor));
    }

    private Execution find(Tenant tenant, String id) throws RefusedException {
        return live(new Key(tenant, id))
                .orElseThrow(() -> new RefusedException(new Refusal.ExecutionNotFound(), "no such execution"));
    }

    /// What is remembered under the key, unless its time is over.
    private Optional<Execution> live(Key key) {
        return Optional.ofNullable(executions.get(key)).filter(execution -> !execution.hasExpired(clock.instant()));
    }
}
