package dev.runnel.server.execution;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.server.admission.Admission;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.content.ArtifactCollector;
import dev.runnel.server.paging.NewestFirst;
import dev.runnel.server.paging.Page;
import dev.runnel.server.paging.PageRequest;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.watch.Changes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/// What can be done with executions: begin them, read their events, reach into them, list and watch them.
/// Each runs on a virtual thread of its own. Thread-safe.
public final class Executions implements AutoCloseable {
    static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private static final NewestFirst<ExecutionView> ORDER =
            new NewestFirst<>(view -> view.state().created(), ExecutionView::id);

    private final String instance;
    private final InstantSource clock;
    private final Starter starter;
    private final Changes<Execution> changes = new Changes<>();
    private final Remembered remembered;

    /// How long and how much is kept.
    ///
    /// @param ended how long an ended execution is remembered
    /// @param events newest events of an execution that is cancelled on disconnect
    /// @param detachedOutput the greatest output limit of a detached execution
    /// @param memory that all ended executions together may take; the oldest are forgotten early when it is
    ///     too little
    public record Retention(Duration ended, DataSize events, DataSize detachedOutput, DataSize memory) {}

    /// A stream that drives an execution.
    ///
    /// @param lost to be called, once, when the stream is over
    public record Driver(String executionId, EventCursor cursor, Runnable lost) {}

    /// How much standard input was taken.
    public record StdinAccepted(long offset, boolean eof) {}

    /// What executions are run with.
    ///
    /// @param timers not closed
    public record Means(
            Resolver resolver, Admission admission, ArtifactCollector artifacts, Spool spool, Timers timers) {}

    /// @param instance random, new at each start of the daemon
    public Executions(String instance, Means means, InstantSource clock, Retention retention) {
        this.instance = instance;
        this.clock = clock;
        remembered = new Remembered(clock, means.spool(), retention.memory().bytes(), changes);
        starter = new Starter(instance, means, clock, retention, remembered, changes);
    }

    /// The instance of the daemon.
    public String instance() {
        return instance;
    }

    /// What `request` would become; runs nothing.
    public Kind.Accepted validate(Tenant tenant, ExecutionRequest request) throws RefusedException {
        checkInstance(request.expectedInstance());
        try (var plan = starter.plan(tenant, request)) {
            return new Kind.Accepted("", instance, plan.spec());
        }
    }

    /// Runs a program, or takes over the execution that an earlier request with the same id began.
    ///
    /// @throws RefusedException and then nothing was started, and no trace is left
    public Driver execute(Tenant tenant, ExecutionRequest request) throws RefusedException {
        checkInstance(request.expectedInstance());
        var id = request.id().orElseGet(() -> UUID.randomUUID().toString());
        var key = new Remembered.Key(tenant, id);
        var earlier = remembered.find(key);
        if (earlier.isPresent() && earlier.get().holdsItsId(clock.instant())) {
            return again(earlier.get(), request);
        }
        var begun = starter.begin(key, request);
        return begun.fresh() ? driver(begun.execution(), begun.cursor()) : again(begun.execution(), request);
    }

    /// Streams an execution's events after `sequence`, as an observer.
    public EventCursor observe(Tenant tenant, String id, long sequence) throws RefusedException {
        return find(tenant, id).log().observe(sequence);
    }

    /// Becomes the driver of an execution, from after `sequence` on.
    public Driver takeOver(Tenant tenant, String id, long sequence) throws RefusedException {
        var execution = find(tenant, id);
        return driver(execution, execution.log().drive(sequence));
    }

    public ExecutionView get(Tenant tenant, String id) throws RefusedException {
        return find(tenant, id).view();
    }

    /// The tenant's executions, newest first.
    public Page<ExecutionView> list(Tenant tenant, ExecutionFilter filter, PageRequest page) throws RefusedException {
        return ORDER.page(views(tenant).stream().filter(filter::matches).toList(), filter, page);
    }

    /// Watches the tenant's executions.
    ///
    /// @param position where an earlier watch was, if this one is to go on from there and still can
    public ExecutionWatch watch(Tenant tenant, ExecutionFilter filter, Optional<Long> position) {
        var resumeAt = position.filter(changes::knows).orElse(-1L);
        return new ExecutionWatch(this, changes, tenant, filter, resumeAt);
    }

    List<ExecutionView> views(Tenant tenant) {
        return remembered.all(tenant).stream().map(Execution::view).toList();
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

    /// Refuses a caller that expects another instance of the daemon.
    public void checkInstance(Optional<String> expected) throws RefusedException {
        if (expected.isPresent() && !expected.get().equals(instance)) {
            throw new RefusedException(
                    new Refusal.InstanceChanged(),
                    "the daemon was restarted since; what ran before is unknown to this instance");
        }
    }

    /// Forgets what has expired. To be called now and then.
    public void sweep() {
        remembered.sweep();
    }

    /// Takes nothing new, gives what runs `grace` to end, then cancels it and waits for that.
    public void shutDown(Duration grace) throws InterruptedException {
        starter.drain();
        var deadline = System.nanoTime() + grace.toNanos();
        for (var execution : remembered.all()) {
            if (!execution.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                execution.cancellation().cancel(CancelledBy.SHUTDOWN);
            }
        }
        for (var execution : remembered.all()) {
            execution.awaitEnd();
        }
        changes.close();
    }

    /// Forgets everything.
    @Override
    public void close() {
        remembered.clear();
    }

    private Driver again(Execution earlier, ExecutionRequest request) throws RefusedException {
        if (!earlier.asked().equals(request.spec())) {
            throw new RefusedException(
                    new Refusal.ExecutionIdReused(), "this execution id was used with another spec; choose a new one");
        }
        return driver(earlier, earlier.log().drive(0));
    }

    private static Driver driver(Execution execution, EventCursor cursor) {
        return new Driver(execution.id(), cursor, () -> execution.lost(cursor));
    }

    private Stream<Execution> inSession(Tenant tenant, String session) {
        return remembered.all(tenant).stream()
                .filter(execution -> execution.asked().session().equals(Optional.of(session)))
                .filter(execution -> !execution.hasEnded());
    }

    private Execution find(Tenant tenant, String id) throws RefusedException {
        return remembered
                .find(new Remembered.Key(tenant, id))
                .orElseThrow(() -> new RefusedException(new Refusal.ExecutionNotFound(), "no such execution"));
    }
}
