package dev.runnel.server.rpc;

import dev.runnel.server.auth.Secret;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.refusal.Failure;
import dev.runnel.server.refusal.Refusal;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/// Whoever has the token is the local tenant; everybody else is nobody, health checks and reflection included.
final class TokenIdentity implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final String SCHEME = "Bearer ";

    private final Secret token;

    TokenIdentity(Secret token) {
        this.token = token;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (isRight(headers.get(AUTHORIZATION))) {
            return Contexts.interceptCall(
                    Context.current().withValue(Caller.TENANT, Tenant.LOCAL), call, headers, next);
        }
        var refused = Statuses.exception(new Failure(
                new Refusal.CredentialsInvalid(),
                "send the metadata 'authorization: Bearer TOKEN' with the token from the daemon's token file"));
        var trailers = refused.getTrailers();
        call.close(Status.fromThrowable(refused), trailers == null ? new Metadata() : trailers);
        return new ServerCall.Listener<>() {};
    }

    private boolean isRight(@Nullable String header) {
        return header != null
                && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && token.equals(new Secret(header.substring(SCHEME.length()).strip()));
    }
}
