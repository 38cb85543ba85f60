package dev.runnel.server.rpc;

import dev.runnel.server.auth.Tenant;
import io.grpc.Context;

/// Who is calling. The listener's interceptor finds it; a method reads it once, at its beginning, and passes
/// it on as a value.
public final class Caller {
    static final Context.Key<Tenant> TENANT = Context.key("tenant");

    private Caller() {}

    /// The tenant of the call in whose callback this is called.
    public static Tenant tenant() {
        var tenant = TENANT.get();
        if (tenant == null) {
            throw new IllegalStateException("a call came in without a tenant");
        }
        return tenant;
    }
}
