package dev.runnel.server.auth;

/// On whose behalf something is done. Comes from the caller's identity alone, never from a request.
///
/// @param name letters, digits, `.`, `_` and `-`
public record Tenant(String name) {
    /// The one tenant of a daemon that is used by one person or one pod.
    public static final Tenant LOCAL = new Tenant("local");

    public Tenant {
        if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("a tenant's name must match [A-Za-z0-9._-]{1,64}");
        }
    }
}
