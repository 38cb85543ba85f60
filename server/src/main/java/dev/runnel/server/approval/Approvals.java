package dev.runnel.server.approval;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.paging.NewestFirst;
import dev.runnel.server.paging.Page;
import dev.runnel.server.paging.PageRequest;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.watch.Changes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The questions that wait for a person, and how the latest ended. A question ends once, and the first ending stands.
/// Thread-safe.
public final class Approvals implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Approvals.class);

    /// Endings that are remembered at most.
    private static final int MAX_DECIDED = 10_000;

    private static final Verdict SHUT_DOWN = new Verdict.Denied("the daemon", "the daemon is shutting down");
    /// What a question takes in a list beside its code, roughly and rather too much.
    private static final int SPEC_BYTES = 2_048;

    private static final NewestFirst<Question> ORDER = new NewestFirst<>(Question::asked, Question::id);

    private final InstantSource clock;
    private final Duration remembered;
    private final Changes<Approval> changes = new Changes<>();
    private final ReentrantLock lock = new ReentrantLock();

    /// An id is in at most one of the two: in the first until its question ends, in the second from then on.
    @GuardedBy("lock") private final Map<Waiting.Key, Waiting> waiting = new HashMap<>();

    /// In the order of their ends.
    @GuardedBy("lock") private final LinkedHashMap<Waiting.Key, Decided> decided = new LinkedHashMap<>();

    @GuardedBy("lock") private boolean closed;

    /// @param remembered how long an ending is known to those who decide late, or again
    public Approvals(InstantSource clock, Duration remembered) {
        this.clock = clock;
        this.remembered = remembered;
    }

    /// Asks, and returns when it is decided or expired. Nobody's answer ever becomes an approval.
    ///
    /// @throws InterruptedException and then the question is withdrawn, unless it was decided before
    /// @throws IllegalStateException when the id was asked about before: a decision on that, repeated late, would
    ///     be taken for one on this
    public Verdict ask(Question question) throws InterruptedException {
        return ask(question, () -> {});
    }

    /// As [#ask(Question)].
    ///
    /// @param whenAsked run once it can be decided
    public Verdict ask(Question question, Runnable whenAsked) throws InterruptedException {
        Waiting mine;
        var now = clock.instant();
        lock.lock();
        try {
            tidy(now);
            if (closed) {
                return SHUT_DOWN;
            }
            mine = begin(question);
        } finally {
            lock.unlock();
        }
        try {
            whenAsked.run();
            return await(mine);
        } finally {
            log(withdraw(mine)); // whatever it was that ended the wait
        }
    }

    /// Decides, or finds that it was decided so before.
    ///
    /// @param specDigest of what the caller has seen
    /// @param by who decides
    /// @return the verdict that stands, the caller's or an equal one that was first
    /// @throws RefusedException when there is no such question, it is about another spec, or it ended otherwise
    public Verdict decide(Tenant tenant, String id, String specDigest, boolean approved, String by, String reason)
            throws RefusedException {
        var verdict = approved ? new Verdict.Approved(by, reason) : new Verdict.Denied(by, reason);
        var key = new Waiting.Key(tenant, id);
        var now = clock.instant();
        lock.lock();
        try {
            tidy(now);
            var question = waiting.get(key);
            if (question != null) {
                checkDigest(specDigest, question.question().specDigest());
                end(question, verdict, now);
                return verdict;
            }
            var before = decided.get(key);
            if (before == null) {
                throw new RefusedException(new Refusal.ApprovalNotFound(), "nothing of that id waits for a decision");
            }
            checkDigest(specDigest, before.specDigest());
            return same(before.ending(), verdict);
        } finally {
            lock.unlock();
        }
    }

    /// What of the tenant waits, newest first. A page may have fewer than it could, so that no answer grows too large.
    ///
    /// @param bytes of all questions of a page together; a single one may have more
    public Page<Question> list(Tenant tenant, PageRequest page, int bytes) throws RefusedException {
        var all = questions(tenant);
        var found = ORDER.page(all, tenant, page);
        var fit = 0;
        var taken = 0L;
        for (var question : found.items()) {
            taken += SPEC_BYTES + question.code().getBytes(StandardCharsets.UTF_8).length;
            if (fit > 0 && taken > bytes) {
                return ORDER.page(all, tenant, new PageRequest(fit, page.token()));
            }
            fit++;
        }
        return found;
    }

    /// Watches what of the tenant waits.
    ///
    /// @param position where an earlier watch was, if this one is to go on from there and still can
    public ApprovalWatch watch(Tenant tenant, Optional<Long> position) {
        return new ApprovalWatch(
                this, changes, tenant, position.filter(changes::knows).orElse(-1L));
    }

    /// Ends what nobody decided in time, and forgets old endings. To be called now and then; each asker looks after its
    /// own time as well.
    public void sweep() {
        var now = clock.instant();
        lock.lock();
        try {
            tidy(now);
        } finally {
            lock.unlock();
        }
    }

    /// Denies everything that waits, and everything that is asked from now on; then watches end.
    @Override
    public void close() {
        var now = clock.instant();
        lock.lock();
        try {
            closed = true;
            for (var question : List.copyOf(waiting.values())) {
                end(question, SHUT_DOWN, now);
            }
            changes.close();
        } finally {
            lock.unlock();
        }
    }

    List<Question> questions(Tenant tenant) {
        var now = clock.instant();
        lock.lock();
        try {
            return waiting.values().stream()
                    .filter(question -> !question.hasExpired(now))
                    .map(Waiting::question)
                    .filter(question -> question.tenant().equals(tenant))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private Waiting begin(Question question) {
        var mine = new Waiting(question, lock.newCondition());
        if (decided.containsKey(mine.key()) || waiting.putIfAbsent(mine.key(), mine) != null) {
            throw new IllegalStateException("execution " + question.id() + " was asked about before");
        }
        changes.changed(question);
        return mine;
    }

    private Verdict await(Waiting mine) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                var end = mine.decided();
                if (end != null && end.ending() instanceof Verdict verdict) {
                    return verdict;
                }
                var now = clock.instant();
                if (mine.hasExpired(now)) {
                    end(mine, new Verdict.Expired(), now);
                } else {
                    var left = Duration.between(now, mine.question().expires());
                    var _ = mine.ended().awaitNanos(left.toNanos());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Ends the question if nothing has.
    ///
    /// @return how it ended
    private Decided withdraw(Waiting mine) {
        var now = clock.instant();
        lock.lock();
        try {
            var before = mine.decided();
            return before != null ? before : end(mine, new Ending.Withdrawn(), now);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private Decided end(Waiting question, Ending ending, Instant now) {
        var end = question.end(ending, now);
        waiting.remove(question.key());
        decided.put(question.key(), end);
        changes.last(end);
        return end;
    }

    @GuardedBy("lock") private void tidy(Instant now) {
        for (var question : List.copyOf(waiting.values())) {
            if (question.hasExpired(now)) {
                end(question, new Verdict.Expired(), now);
            }
        }
        var oldest = decided.values().iterator();
        while (oldest.hasNext()
                && (oldest.next().when().plus(remembered).isBefore(now) || decided.size() > MAX_DECIDED)) {
            oldest.remove();
        }
    }

    private static void checkDigest(String seen, String asked) throws RefusedException {
        if (!seen.equals(asked)) {
            throw new RefusedException(
                    new Refusal.ApprovalSpecMismatch(), "this is not the spec_digest of what waits; look at it again");
        }
    }

    /// The verdict that was first, if the second is the same decision.
    private static Verdict same(Ending first, Verdict second) throws RefusedException {
        return switch (first) {
            case Verdict.Approved approved when second instanceof Verdict.Approved -> approved;
            case Verdict.Denied denied when second instanceof Verdict.Denied -> denied;
            case Verdict.Approved it -> throw decided("APPROVED", it.by(), "it was approved before, by " + it.by());
            case Verdict.Denied it -> throw decided("DENIED", it.by(), "it was denied before, by " + it.by());
            case Verdict.Expired() -> throw decided("EXPIRED", "", "nobody decided in time, which is a denial");
            case Ending.Withdrawn() -> throw decided("WITHDRAWN", "", "whoever asked does not wait any more");
        };
    }

    private static RefusedException decided(String decision, String by, String message) {
        return new RefusedException(new Refusal.ApprovalDecided(decision, by), message);
    }

    /// Who let what run: the digest ties it to what was shown and to what ran.
    private static void log(Decided end) {
        var line = log.atInfo()
                .addKeyValue("executionId", end.id())
                .addKeyValue("tenant", end.tenant().name())
                .addKeyValue("specDigest", end.specDigest());
        switch (end.ending()) {
            case Verdict.Approved it -> line.addKeyValue("by", it.by()).log("approved");
            case Verdict.Denied it -> line.addKeyValue("by", it.by()).log("denied");
            case Verdict.Expired() -> line.log("not approved: nobody decided in time");
            case Ending.Withdrawn() -> line.log("not approved: whoever asked went away");
        }
    }
}
