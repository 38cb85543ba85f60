package dev.runnel.server.execution;

import dev.runnel.server.admission.Admission;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.watch.Changes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// Begins executions: a plan, a place in the line, room for events, the id, and then the thread. Whatever is
/// refused on the way leaves nothing behind. Thread-safe.
final class Starter {
    private static final long MAX_LAG = 1 << 20;

    private final String instance;
    private final Executions.Means means;
    private final InstantSource clock;
    private final Executions.Retention retention;
    private final Remembered remembered;
    private final Changes<Execution> changes;

    /// Shared while an execution is registered, exclusive while `draining` is set.
    private final ReentrantReadWriteLock registering = new ReentrantReadWriteLock();

    private volatile boolean draining;

    Starter(
            String instance,
            Executions.Means means,
            InstantSource clock,
            Executions.Retention retention,
            Remembered remembered,
            Changes<Execution> changes) {
        this.instance = instance;
        this.means = means;
        this.clock = clock;
        this.retention = retention;
        this.remembered = remembered;
        this.changes = changes;
    }

    /// Who has the id now, and the driver's place in its events.
    ///
    /// @param fresh it was begun by this call
    record Begun(Execution execution, EventCursor cursor, boolean fresh) {}

    /// From now on nothing is begun. What was begun before is remembered when this returns.
    void drain() {
        registering.writeLock().lock();
        try {
            draining = true;
        } finally {
            registering.writeLock().unlock();
        }
    }

    /// What the request would be run as. The caller closes it.
    Plan plan(Tenant tenant, ExecutionRequest request) throws RefusedException {
        var plan = means.resolver().resolve(tenant, request.spec());
        var approved = request.approved();
        if (approved.isPresent() && !approved.get().equals(plan.spec().specDigest())) {
            plan.close();
            throw new RefusedException(
                    new Refusal.SpecChanged(), "what was approved is not what would run by now; ask again");
        }
        if (request.onDisconnect() instanceof OnDisconnect.Detach
                && plan.output().compareTo(retention.detachedOutput()) > 0) {
            plan.close();
            throw new RefusedException(
                    new Refusal.OutputNotRetainable(retention.detachedOutput().bytes()),
                    "all output of a detached execution is kept, at most " + retention.detachedOutput()
                            + " here; name a smaller spec.limits.output_bytes");
        }
        return plan;
    }

    Begun begin(Remembered.Key key, ExecutionRequest request) throws RefusedException {
        refuseWhileDraining();
        var detach = request.onDisconnect() instanceof OnDisconnect.Detach;
        var plan = plan(key.tenant(), request);
        Optional<Admission.Ticket> ticket = Optional.empty();
        Optional<EventLog> log = Optional.empty();
        var begun = false;
        try {
            ticket = Optional.of(means.admission().admit(key.tenant(), detach));
            log = Optional.of(detach ? spooled(plan) : ring());
            var result = start(key, request, plan, ticket.get(), log.get());
            begun = result.fresh();
            return result;
        } finally {
            if (!begun) {
                plan.close();
                ticket.ifPresent(Admission.Ticket::close);
                log.ifPresent(EventLog::close);
            }
        }
    }

    private Begun start(Remembered.Key key, ExecutionRequest request, Plan plan, Admission.Ticket ticket, EventLog log)
            throws RefusedException {
        var execution = new Execution(
                key.id(), key.tenant(), request, plan, log, clock.instant(), means.timers(), changes::changed);
        log.append(new Kind.Accepted(key.id(), instance, plan.spec()));
        var cursor = log.drive(0);
        var holder = register(key, execution);
        if (holder != execution) {
            return new Begun(holder, cursor, false);
        }
        changes.changed(execution);
        var run = new ExecutionRun(execution, plan, ticket, means.artifacts(), clock, retention.ended());
        Thread.ofVirtual().name("execution-" + key.id()).start(() -> {
            run.run();
            remembered.retire(execution);
        });
        return new Begun(execution, cursor, true);
    }

    private Execution register(Remembered.Key key, Execution execution) throws RefusedException {
        registering.readLock().lock();
        try {
            refuseWhileDraining();
            return remembered.register(key, execution);
        } finally {
            registering.readLock().unlock();
        }
    }

    private void refuseWhileDraining() throws RefusedException {
        if (draining) {
            throw new RefusedException(
                    new Refusal.DaemonDraining(Executions.RETRY_AFTER),
                    "the daemon is shutting down and takes no new work");
        }
    }

    private EventLog ring() {
        var events = retention.events().bytes();
        return new EventLog(clock, new EventLog.Bounds(events + MAX_LAG, Math.min(MAX_LAG, events)));
    }

    /// A log that keeps everything. Room for all the output is kept free from the start.
    private EventLog spooled(Plan plan) throws RefusedException {
        var output = plan.output().bytes();
        try {
            var file = means.spool().file(output + output / 8 + MAX_LAG);
            if (file.isEmpty()) {
                throw new RefusedException(
                        new Refusal.TenantQuotaExceeded("spooled events", Executions.RETRY_AFTER),
                        "there is no room to keep the output of another detached execution; retry later");
            }
            var log = new EventLog(clock, EventLog.Bounds.SPOOLED);
            log.archiveTo(file.get());
            return log;
        } catch (IOException e) {
            throw new UncheckedIOException("no file for events", e);
        }
    }
}
