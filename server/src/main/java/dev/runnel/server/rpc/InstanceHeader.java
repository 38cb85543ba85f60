package dev.runnel.server.rpc;

import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/// Tells with every answer which instance of the daemon gave it: in the headers, or in the trailers of a call
/// that failed before it had headers.
final class InstanceHeader implements ServerInterceptor {
    static final Metadata.Key<String> INSTANCE = Metadata.Key.of("runnel-instance", Metadata.ASCII_STRING_MARSHALLER);

    private final String instance;

    InstanceHeader(String instance) {
        this.instance = instance;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return next.startCall(
                new ForwardingServerCall.SimpleForwardingServerCall<Q, A>(call) {
                    private boolean told;

                    @Override
                    public void sendHeaders(Metadata responseHeaders) {
                        told = true;
                        responseHeaders.put(INSTANCE, instance);
                        super.sendHeaders(responseHeaders);
                    }

                    @Override
                    public void close(Status status, Metadata trailers) {
                        if (!told) {
                            trailers.put(INSTANCE, instance);
                        }
                        super.close(status, trailers);
                    }
                },
                headers);
    }
}
