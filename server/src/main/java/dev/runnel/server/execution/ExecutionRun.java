package dev.runnel.server.execution;

import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.Outcome;
import dev.runnel.executors.spi.OutputSink;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.server.admission.Admission;
import dev.runnel.server.content.ArtifactCollector;
import dev.runnel.server.observe.Incidents;
import dev.runnel.server.refusal.Failure;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// One execution from Accepted to its terminal event: a permit, a sandbox, the program, its artifacts. One
/// blocking call on one virtual thread.
final class ExecutionRun implements Runnable {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Execution execution;
    private final Plan plan;
    private final Admission.Ticket ticket;
    private final ArtifactCollector artifacts;
    private final InstantSource clock;
    private final Duration retention;
    private final Phases phases = new Phases();

    /// Whether a program may have been started; from then on a failure does not mean "nothing ran".
    private boolean handedOver;

    /// @param plan closed at the end, as is `ticket`
    ExecutionRun(
            Execution execution,
            Plan plan,
            Admission.Ticket ticket,
            ArtifactCollector artifacts,
            InstantSource clock,
            Duration retention) {
        this.execution = execution;
        this.plan = plan;
        this.ticket = ticket;
        this.artifacts = artifacts;
        this.clock = clock;
        this.retention = retention;
    }

    @Override
    public void run() {
        try (plan;
                ticket) {
            if (plan.spec().session().isPresent()) {
                runInSession();
            } else {
                runAlone();
            }
        } catch (InterruptedException e) {
            execution.cancellation().disarm();
            end(cancelledBeforeStart());
        } catch (RefusedException e) {
            execution.cancellation().disarm();
            end(refused(e.failure()));
        } catch (SandboxException e) {
            execution.cancellation().disarm();
            end(failed(e));
        } catch (RuntimeException | Error e) {
            execution.cancellation().disarm();
            defect(e);
        }
    }

    /// A sandbox of its own is destroyed after the client has heard of the end, but before the permit is given
    /// back.
    private void runAlone() throws RefusedException, SandboxException, InterruptedException {
        execution.cancellation().arm();
        awaitPermit();
        phases.enter(Phases.Phase.SANDBOX);
        try (var lease = acquire()) {
            end(runIn(lease));
        }
    }

    /// A session's sandbox is given back before the client hears of the end, so that its next request finds
    /// it free. The session is waited for without a permit, so that one busy session does not hold up
    /// everybody else.
    private void runInSession() throws RefusedException, SandboxException, InterruptedException {
        execution.cancellation().arm();
        phases.enter(Phases.Phase.QUEUE);
        Kind.Finished finished;
        try (var lease = acquire()) {
            awaitPermit();
            finished = runIn(lease);
        }
        end(finished);
    }

    private void awaitPermit() throws RefusedException, InterruptedException {
        phases.enter(Phases.Phase.QUEUE);
        ticket.awaitPermit(
                remaining(),
                () -> execution.log().append(new Kind.Queued(Kind.QueueReason.DAEMON, OptionalInt.empty())));
    }

    private SandboxSource.Lease acquire() throws RefusedException, SandboxException, InterruptedException {
        phases.enter(Phases.Phase.SANDBOX);
        return plan.sandboxes()
                .acquire(
                        remaining(),
                        ahead -> execution
                                .log()
                                .append(new Kind.Queued(Kind.QueueReason.SESSION, OptionalInt.of(ahead))));
    }

    private Kind.Finished runIn(SandboxSource.Lease lease)
            throws RefusedException, SandboxException, InterruptedException {
        phases.enter(Phases.Phase.SANDBOX);
        var sandbox = lease.sandbox();
        if (sandbox.description().isolation().compareTo(plan.spec().isolation()) < 0) {
            throw new RefusedException(
                    new Refusal.IsolationUnavailable(),
                    "the sandbox that was opened is weaker than the one that was promised");
        }
        handedOver = true;
        var outcome = sandbox.run(plan.program(), execution.input(), new Recorder());
        execution.cancellation().disarm();
        phases.ended(outcome.usage().wallTime());
        collect(lease);
        return new Kind.Finished(result(outcome));
    }

    private void collect(SandboxSource.Lease lease) throws InterruptedException {
        if (plan.artifacts().isEmpty()) {
            return;
        }
        phases.enter(Phases.Phase.COLLECT);
        for (var artifact :
                artifacts.collect(execution.tenant(), lease.sandbox().workspace(), plan.artifacts())) {
            execution.log().append(new Kind.Collected(artifact));
        }
    }

    private Result result(Outcome outcome) {
        var by = cancelledBy(outcome.ending());
        return new Result(
                by.isPresent() ? new Ending.Cancelled() : outcome.ending(),
                by,
                Optional.of(outcome.status()),
                outcome.limitHits(),
                Optional.of(outcome.usage()),
                phases.timings());
    }

    /// A program that ended by itself after it was sent the SIGINT of a cancel was cancelled; at a limit it was
    /// not.
    private Optional<CancelledBy> cancelledBy(Ending ending) {
        return switch (ending) {
            case Ending.Cancelled _ -> Optional.of(execution.cancellation().by().orElse(CancelledBy.OPERATOR));
            case Ending.Exited _, Ending.Signalled _ ->
                execution.input().signals().interruptedBy();
            case Ending.WallTimeExceeded _,
                    Ending.CpuTimeExceeded _,
                    Ending.MemoryExceeded _,
                    Ending.OutputExceeded _ -> Optional.empty();
        };
    }

    /// The session was there when the request was taken, so one that is not found now was deleted since.
    private Kind.Terminal refused(Failure failure) {
        if (failure.refusal() instanceof Refusal.SessionNotFound) {
            execution.cancellation().cancel(CancelledBy.SESSION_DELETED);
            return cancelledBeforeStart();
        }
        return new Kind.Failed(failure, handedOver);
    }

    private Kind.Finished cancelledBeforeStart() {
        return new Kind.Finished(new Result(
                new Ending.Cancelled(),
                Optional.of(execution.cancellation().by().orElse(CancelledBy.OPERATOR)),
                Optional.empty(),
                Set.of(),
                Optional.empty(),
                phases.timings()));
    }

    private Kind.Failed failed(SandboxException e) {
        return switch (e.reason()) {
            case SandboxException.Reason.Unavailable _ -> failed(new Refusal.ExecutorDown(RETRY_AFTER), e, false);
            case SandboxException.Reason.Unsupported _ -> failed(unsupported(), e, false);
            case SandboxException.Reason.Exhausted _ ->
                failed(new Refusal.DaemonFull("sandboxes", RETRY_AFTER), e, false);
            case SandboxException.Reason.FileRefused _ ->
                failed(Refusal.FieldInvalid.of("spec.program.files", text(e)), e, false);
            case SandboxException.Reason.Lost(var ran) -> failed(lost(ran), e, ran);
        };
    }

    /// Once there is a sandbox, all that it can lack is the command.
    private Refusal unsupported() {
        return handedOver ? new Refusal.LanguageUnavailable() : new Refusal.ExecutorUnavailable();
    }

    /// A session's sandbox is not replaced: repeating the request would not help.
    private Refusal lost(boolean programMayHaveRun) {
        if (programMayHaveRun) {
            return new Refusal.SandboxLost();
        }
        return plan.spec().session().isPresent() ? new Refusal.SessionLost() : new Refusal.ExecutorDown(RETRY_AFTER);
    }

    private static Kind.Failed failed(Refusal refusal, SandboxException e, boolean ran) {
        return new Kind.Failed(new Failure(refusal, text(e)), ran);
    }

    private static String text(SandboxException e) {
        return Objects.requireNonNullElse(e.getMessage(), "the sandbox failed");
    }

    private void defect(Throwable defect) {
        var incident = Incidents.report("an execution failed inside the daemon", "executionId", execution.id(), defect);
        if (!execution.hasEnded()) {
            end(new Kind.Failed(incident, handedOver));
        }
    }

    private void end(Kind.Terminal terminal) {
        execution.log().unblock();
        execution.end(terminal, clock.instant(), retention);
    }

    private Duration remaining() {
        var left = plan.spec().maxQueueTime().minus(phases.elapsed());
        return left.isNegative() ? Duration.ZERO : left;
    }

    /// Puts what the program does into the log.
    private final class Recorder implements OutputSink {
        @Override
        public void started() {
            phases.started();
            execution.started(clock.instant());
        }

        @Override
        public void output(Stream stream, ByteBuffer data) throws InterruptedException {
            execution.log().output(stream, data);
        }

        @Override
        public void ended() {
            execution.log().unblock();
        }
    }
}
