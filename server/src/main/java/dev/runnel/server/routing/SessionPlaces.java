package dev.runnel.server.routing;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.execution.IfSessionBusy;
import dev.runnel.server.execution.SandboxSource;
import dev.runnel.server.refusal.RefusedException;

/// Where sessions are found. Implemented by server.session.
@FunctionalInterface
public interface SessionPlaces {
    /// Finds one.
    ///
    /// @throws RefusedException SESSION_NOT_FOUND, or SESSION_LOST
    SessionPlace find(Tenant tenant, String id) throws RefusedException;

    /// A session, as a place to run in.
    interface SessionPlace {
        Placement placement();

        /// Those of its sandbox, and what its executions have when they name none.
        ResolvedLimits limits();

        SandboxSource sandboxes(IfSessionBusy ifBusy);
    }
}
