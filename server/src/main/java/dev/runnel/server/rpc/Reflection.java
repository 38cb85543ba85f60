package dev.runnel.server.rpc;

import io.grpc.BindableService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;

/// The standard reflection service, by which tools such as grpcurl learn the contract.
public final class Reflection {
    private Reflection() {}

    /// The service.
    public static BindableService service() {
        return ProtoReflectionServiceV1.newInstance();
    }
}
