package dev.runnel.server.approval;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.watch.Changes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// One watch of what waits for a tenant's approval: what there is, then a mark, then what comes and how it ends. Used
/// by one thread.
public final class ApprovalWatch {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Approvals approvals;
    private final Changes<Approval> changes;
    private final Tenant tenant;
    private final boolean resumed;
    private long position;
    private boolean begun;

    /// A step of the watch.
    public sealed interface Step {
        /// A question of the snapshot.
        record Present(Question question) implements Step {}

        /// The snapshot is complete.
        ///
        /// @param position where to resume
        record Synced(long position) implements Step {}

        /// A new question, or how one ended; perhaps one that this watch has never shown.
        record Changed(Approval approval, long position) implements Step {}
    }

    /// @param resumeAt the position to go on from, when the changes since are known; otherwise negative
    ApprovalWatch(Approvals approvals, Changes<Approval> changes, Tenant tenant, long resumeAt) {
        this.approvals = approvals;
        this.changes = changes;
        this.tenant = tenant;
        resumed = resumeAt >= 0;
        position = resumed ? resumeAt : changes.revision();
    }

    /// Waits for the next steps.
    ///
    /// @return none when nothing happened for so long
    /// @throws RefusedException when the daemon shuts down
    public List<Step> next(Duration patience) throws RefusedException, InterruptedException {
        if (!begun) {
            begun = true;
            return begin();
        }
        var steps = new ArrayList<Step>();
        for (var change : changes.after(tenant, position, patience)) {
            position = change.revision();
            change.item().ifPresent(approval -> steps.add(new Step.Changed(approval, change.revision())));
        }
        if (steps.isEmpty() && changes.isClosed()) {
            throw new RefusedException(new Refusal.DaemonDraining(RETRY_AFTER), "the daemon is shutting down");
        }
        return steps;
    }

    private List<Step> begin() {
        var steps = new ArrayList<Step>();
        if (!resumed) {
            approvals.questions(tenant).forEach(question -> steps.add(new Step.Present(question)));
        }
        steps.add(new Step.Synced(position));
        return steps;
    }
}
