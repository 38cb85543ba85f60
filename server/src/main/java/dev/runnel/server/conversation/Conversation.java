package dev.runnel.server.conversation;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.observe.Incidents;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One conversation: takes inputs from any thread, and does its turns one after the other on a thread of its own.
/// Thread-safe.
public final class Conversation {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /// Turns that may wait for the one that is under way.
    private static final int WAITING = 64;

    /// Characters that those turns may have together.
    private static final long WAITING_LENGTH = 4 << 20;

    private final Key key;
    private final ConversationSpec spec;
    private final Optional<String> session;
    private final Conversations.Means means;
    private final ConversationLog log;
    private final TurnHistory history = new TurnHistory();
    private final BlockInput input = new BlockInput();
    private final Instant created;
    private final Runnable ended;
    private final Thread worker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock") private final ArrayDeque<Input.Action.Turn> turns = new ArrayDeque<>();

    /// Characters of the turns that wait.
    @GuardedBy("lock") private long waiting;

    @GuardedBy("lock") private long applied;

    /// Why the last input that was applied was refused, if it was.
    @GuardedBy("lock") private Optional<RefusedException> refused = Optional.empty();

    @GuardedBy("lock") private boolean noMore;

    @GuardedBy("lock") private @Nullable CloseReason closing;

    @GuardedBy("lock") private @Nullable Turn turn;

    /// A turn was taken from those that wait and has not ended.
    @GuardedBy("lock") private boolean busy;

    /// The next turn to begin was interrupted before.
    @GuardedBy("lock") private boolean interruptNext;

    /// Since when nobody reads; absent while somebody does.
    @GuardedBy("lock") private Optional<Instant> absentSince;

    @GuardedBy("lock") private Optional<Instant> closed = Optional.empty();

    /// By what a conversation is known.
    record Key(Tenant tenant, String id) {}

    /// How it is now.
    public record View(
            String id,
            Optional<String> session,
            Instant created,
            Optional<Instant> closed,
            Optional<CloseReason> reason,
            int turns,
            long firstAvailable,
            long last,
            long applied) {}

    /// @param session absent where nothing is run
    /// @param held whether it begins with a holder, who must miss nothing
    /// @param ended what is to be done before it is closed, at the end of its thread
    Conversation(
            Key key,
            ConversationSpec spec,
            Optional<String> session,
            Conversations.Means means,
            boolean held,
            Runnable ended) {
        this.key = key;
        this.spec = spec;
        this.session = session;
        this.means = means;
        this.ended = ended;
        log = new ConversationLog(means.clock(), means.keptEvents(), held);
        created = means.clock().instant();
        absentSince = Optional.of(created);
        worker = Thread.ofVirtual().name("conversation-" + key.id()).unstarted(this::run);
    }

    Key key() {
        return key;
    }

    ConversationSpec spec() {
        return spec;
    }

    ConversationLog log() {
        return log;
    }

    /// The turns that have ended.
    TurnHistory history() {
        return history;
    }

    void start() {
        log.append(0, new Step.Opened(key.id(), means.instance(), session));
        if (spec.approval() == ConversationSpec.Approval.NONE && !spec.executionOff()) {
            log.append(0, new Step.Warning("blocks run without anybody's approval"));
        }
        worker.start();
    }

    /// The number of the last input that was applied.
    long applied() {
        lock.lock();
        try {
            return applied;
        } finally {
            lock.unlock();
        }
    }

    /// Applies an input. One that was applied before changes nothing; one that is refused counts as applied, and is
    /// refused again when it is repeated.
    void apply(Input said) throws RefusedException {
        try {
            if (applyLocked(said)) {
                return;
            }
            decide((Input.Action.Decision) said.action());
        } catch (RefusedException e) {
            remember(said.number(), e);
            throw e;
        }
    }

    private void remember(long number, RefusedException why) {
        lock.lock();
        try {
            if (number == applied) {
                refused = Optional.of(why);
            }
        } finally {
            lock.unlock();
        }
    }

    /// @return false: it is a decision, to be done without the lock
    private boolean applyLocked(Input said) throws RefusedException {
        lock.lock();
        try {
            if (said.number() == applied && refused.isPresent()) {
                throw new RefusedException(refused.get().failure());
            }
            if (said.number() <= applied) {
                return true;
            }
            if (said.number() > applied + 1) {
                throw new RefusedException(
                        new Refusal.InputGap(applied), "the input leaves a gap; continue after the last one applied");
            }
            applied = said.number();
            refused = Optional.empty();
            absentSince = absentSince.map(_ -> means.clock().instant()); // who speaks is not gone
            if (noMore || closing != null) {
                throw new RefusedException(new Refusal.ConversationClosed(), "the conversation takes no more inputs");
            }
            return apply(said.action());
        } finally {
            lock.unlock();
        }
    }

    /// Counts an input as applied that says nothing.
    void pass(long number) {
        lock.lock();
        try {
            if (number == applied + 1) {
                applied = number;
                refused = Optional.empty();
            }
        } finally {
            lock.unlock();
        }
    }

    /// @return false: it is to be done without the lock
    @GuardedBy("lock") private boolean apply(Input.Action action) throws RefusedException {
        switch (action) {
            case Input.Action.Turn next -> enqueue(next);
            case Input.Action.Stdin(var data, var eof) -> input.add(data, eof);
            case Input.Action.Interrupt() -> {
                if (turn != null) {
                    turn.interrupt();
                } else {
                    interruptNext = busy || !turns.isEmpty();
                }
            }
            case Input.Action.Close() -> {
                noMore = true;
                changed.signalAll();
            }
            case Input.Action.Decision _ -> {
                return false;
            }
        }
        return true;
    }

    @GuardedBy("lock") private void enqueue(Input.Action.Turn next) throws RefusedException {
        if (turns.size() >= WAITING || (!turns.isEmpty() && waiting + next.length() > WAITING_LENGTH)) {
            throw new RefusedException(
                    new Refusal.TenantQuotaExceeded("turns that wait", RETRY_AFTER),
                    "at most " + WAITING + " turns of the conversation wait, with " + WAITING_LENGTH
                            + " characters together; retry later");
        }
        turns.addLast(next);
        waiting += next.length();
        changed.signalAll();
    }

    private void decide(Input.Action.Decision decision) throws RefusedException {
        means.approvals()
                .decide(
                        key.tenant(),
                        decision.executionId(),
                        decision.specDigest(),
                        decision.approved(),
                        "conversation " + key.id(),
                        decision.reason());
    }

    /// No more inputs come; those that were taken are done.
    void finishInputs() {
        lock.lock();
        try {
            noMore = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Ends it now: what runs is killed. Does not wait.
    void close(CloseReason reason) {
        lock.lock();
        try {
            if (closing == null) {
                closing = reason;
                worker.interrupt();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        log.letGo();
    }

    /// Returns when its last event is there.
    void awaitClosed() throws InterruptedException {
        worker.join();
    }

    /// Begins to read as the holder.
    ConversationLog.Reader hold(long after) throws RefusedException {
        var reader = log.hold(after);
        present();
        return reader;
    }

    /// Begins to read as one of many.
    ConversationLog.Reader watch(long after) throws RefusedException {
        var reader = log.watch(after);
        present();
        return reader;
    }

    private void present() {
        lock.lock();
        try {
            absentSince = Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /// Stops reading.
    void leave(ConversationLog.Reader reader) {
        if (!log.leave(reader)) {
            return;
        }
        lock.lock();
        try {
            if (!log.isRead()) {
                absentSince = Optional.of(means.clock().instant());
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whether everybody has been away for too long.
    boolean isAbandoned() {
        lock.lock();
        try {
            return closed.isEmpty()
                    && absentSince
                            .filter(since -> !means.clock().instant().isBefore(since.plus(spec.absenceTimeout())))
                            .isPresent();
        } finally {
            lock.unlock();
        }
    }

    /// Others may read on where the holder has been away for too long.
    void letGoOfAbsent() {
        log.letGoOfAbsent(spec.absenceTimeout());
    }

    View view() {
        lock.lock();
        try {
            return new View(
                    key.id(),
                    session,
                    created,
                    closed,
                    closed.isPresent() ? Optional.ofNullable(closing) : Optional.empty(),
                    history.count(),
                    log.firstAvailable(),
                    log.last(),
                    applied);
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        var reason = CloseReason.SHUTDOWN;
        try {
            reason = converse();
        } catch (InterruptedException _) {
            reason = closingOr(CloseReason.SHUTDOWN);
        } catch (RuntimeException | Error e) {
            Incidents.report("a conversation failed inside the daemon", "conversation", key.id(), e);
            reason = CloseReason.SESSION_LOST;
        }
        end(reason);
    }

    private void end(CloseReason reason) {
        lock.lock();
        try {
            closing = reason;
        } finally {
            lock.unlock();
        }
        try {
            ended.run();
        } catch (RuntimeException | Error e) {
            Incidents.report("a conversation's session was not ended", "conversation", key.id(), e);
        }
        lock.lock();
        try {
            turns.clear();
            closed = Optional.of(means.clock().instant());
        } finally {
            lock.unlock();
        }
        log.letGo();
        log.append(0, new Step.Closed(reason));
    }

    private CloseReason closingOr(CloseReason other) {
        lock.lock();
        try {
            return closing == null ? other : closing;
        } finally {
            lock.unlock();
        }
    }

    /// Does turn after turn, and says why there is no other.
    private CloseReason converse() throws InterruptedException {
        var finder = new BlockFinder(spec, means.languages());
        var programs = new BlockProgram(key.id(), session, spec.artifacts());
        while (true) {
            var next = next();
            if (next.isEmpty()) {
                return closingOr(CloseReason.CLIENT);
            }
            if (isTermination(next.get())) {
                return CloseReason.TERMINATION_TEXT;
            }
            var result = run(next.get(), finder, programs);
            if (result.sessionLost()) {
                return CloseReason.SESSION_LOST;
            }
            if (spec.maxTurns() > 0 && history.count() >= spec.maxTurns()) {
                return CloseReason.MAX_TURNS;
            }
        }
    }

    private Turn.Result run(Input.Action.Turn next, BlockFinder finder, BlockProgram programs)
            throws InterruptedException {
        var number = history.count() + 1;
        var found = finder.find(next);
        var blocks = found.subList(0, Math.min(found.size(), BlockFinder.MAX_BLOCKS));
        if (blocks.size() < found.size()) {
            var left = found.size() - blocks.size();
            log.append(
                    number,
                    new Step.Warning("a turn has at most " + BlockFinder.MAX_BLOCKS + " blocks; the last " + left
                            + " are left out and don't run"));
        }
        var now = new Turn(number, key.tenant(), spec, programs, means, log, input);
        begin(now);
        try {
            var result = now.run(blocks, next.keepInputOpen());
            history.add(next, result);
            return result;
        } finally {
            begin(null);
        }
    }

    private void begin(@Nullable Turn now) {
        lock.lock();
        try {
            turn = now;
            busy = now != null;
            if (now != null && interruptNext) {
                interruptNext = false;
                now.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private Optional<Input.Action.Turn> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (turns.isEmpty() && !noMore && closing == null) {
                changed.await();
            }
            if (closing != null || turns.isEmpty()) {
                return Optional.empty();
            }
            busy = true;
            waiting -= turns.getFirst().length();
            return Optional.of(turns.removeFirst());
        } finally {
            lock.unlock();
        }
    }

    private boolean isTermination(Input.Action.Turn next) {
        return next instanceof Input.Action.Message message
                && spec.terminationText()
                        .filter(text -> message.markdown().strip().endsWith(text.strip()))
                        .isPresent();
    }
}
