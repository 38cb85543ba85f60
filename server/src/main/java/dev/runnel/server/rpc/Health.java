package dev.runnel.server.rpc;

import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.List;

/// The standard health service: the daemon as a whole is `""`, each service has its full name, each executor
/// `runnel.executor.NAME`.
public final class Health {
    private final HealthStatusManager statuses = new HealthStatusManager();

    /// The service itself.
    public BindableService service() {
        return statuses.getHealthService();
    }

    /// From here on calls are answered.
    ///
    /// @param services whose methods are
    public void serving(List<BindableService> services) {
        services.forEach(service ->
                statuses.setStatus(service.bindService().getServiceDescriptor().getName(), ServingStatus.SERVING));
        statuses.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
    }

    /// Whether an executor can open sandboxes.
    public void executor(String name, boolean available) {
        statuses.setStatus("runnel.executor." + name, available ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }

    /// The daemon takes no new work; this is final.
    public void draining() {
        statuses.enterTerminalState();
    }
}
