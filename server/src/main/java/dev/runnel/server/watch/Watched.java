package dev.runnel.server.watch;

import dev.runnel.server.auth.Tenant;

/// What can be watched. Two of the same tenant and id are one thing, the later in place of the earlier.
public interface Watched {
    Tenant tenant();

    String id();
}
