package dev.runnel.server.execution;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.watch.Changes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// One watch of a tenant's executions: what there is, then a mark, then what changes. Used by one thread.
public final class ExecutionWatch {
    private final Executions executions;
    private final Changes<Execution> changes;
    private final Tenant tenant;
    private final ExecutionFilter filter;
    private final Set<String> shown = new HashSet<>();
    private long position;
    private final boolean resumed;
    private boolean begun;

    /// A step of the watch.
    public sealed interface Step {
        /// An execution of the snapshot.
        record Present(ExecutionView execution) implements Step {}

        /// The snapshot is complete.
        ///
        /// @param position where to resume
        record Synced(long position) implements Step {}

        /// An execution as it is now.
        record Changed(ExecutionView execution, long position) implements Step {}

        /// One that is not shown any more.
        record Removed(String execution, long position) implements Step {}
    }

    /// @param resumeAt the position to go on from, when the changes since are known; otherwise negative
    ExecutionWatch(
            Executions executions, Changes<Execution> changes, Tenant tenant, ExecutionFilter filter, long resumeAt) {
        this.executions = executions;
        this.changes = changes;
        this.tenant = tenant;
        this.filter = filter;
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
            show(change, steps);
        }
        if (steps.isEmpty() && changes.isClosed()) {
            throw new RefusedException(
                    new Refusal.DaemonDraining(Executions.RETRY_AFTER), "the daemon is shutting down");
        }
        return steps;
    }

    private List<Step> begin() {
        var steps = new ArrayList<Step>();
        if (!resumed) {
            for (var view : executions.views(tenant)) {
                if (filter.matches(view)) {
                    shown.add(view.id());
                    steps.add(new Step.Present(view));
                }
            }
        }
        steps.add(new Step.Synced(position));
        return steps;
    }

    private void show(Changes.Change<Execution> change, List<Step> steps) {
        var view = change.item().map(Execution::view).filter(filter::matches);
        if (view.isPresent()) {
            shown.add(change.id());
            steps.add(new Step.Changed(view.get(), position));
        } else if (shown.remove(change.id()) || resumed) { // what was shown before it was resumed is not known
            steps.add(new Step.Removed(change.id(), position));
        }
    }
}
