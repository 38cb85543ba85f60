package dev.runnel.server.session;

import dev.runnel.server.auth.Tenant;
import java.util.Optional;

/// The executions that are in sessions: [ExecutionsInside], but for tests.
public interface Occupants {
    /// The one that runs in the session.
    Optional<String> running(Tenant tenant, String session);

    /// Cancels what runs and waits in the session because it is deleted, and returns when all of it has ended.
    void cancelAll(Tenant tenant, String session) throws InterruptedException;
}
