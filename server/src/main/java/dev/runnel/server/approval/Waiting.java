package dev.runnel.server.approval;

import dev.runnel.server.auth.Tenant;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/// A question whose asker waits. All its methods are called under the lock of [Approvals].
final class Waiting {
    private final Question question;
    private final Condition ended;
    private @Nullable Decided decided;

    record Key(Tenant tenant, String id) {}

    /// @param ended a condition of that lock
    Waiting(Question question, Condition ended) {
        this.question = question;
        this.ended = ended;
    }

    Question question() {
        return question;
    }

    Key key() {
        return new Key(question.tenant(), question.id());
    }

    boolean hasExpired(Instant now) {
        return !now.isBefore(question.expires());
    }

    /// How it ended; null as long as it waits.
    @Nullable Decided decided() {
        return decided;
    }

    /// Signalled at its end.
    Condition ended() {
        return ended;
    }

    /// Ends it, once.
    Decided end(Ending ending, Instant now) {
        if (decided != null) {
            throw new IllegalStateException("a question was to end twice");
        }
        decided = new Decided(question.tenant(), question.id(), question.specDigest(), ending, now);
        ended.signalAll();
        return decided;
    }
}
