package dev.runnel.server.session;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.execution.Executions;
import java.util.Optional;

/// The occupants of sessions, as the daemon's executions know them.
public record ExecutionsInside(Executions executions) implements Occupants {
    @Override
    public Optional<String> running(Tenant tenant, String session) {
        return executions.runningIn(tenant, session);
    }

    @Override
    public void cancelAll(Tenant tenant, String session) throws InterruptedException {
        executions.cancelIn(tenant, session);
    }
}
