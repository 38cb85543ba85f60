package dev.runnel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import dev.runnel.server.routing.ExecutorCatalog;
import dev.runnel.server.rpc.Health;
import dev.runnel.server.testing.TestExecutor;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ExecutorHealthTest {
    /// An executor whose engine comes and goes.
    private static final class Fickle implements Executor {
        private final TestExecutor working = TestExecutor.named("fickle");
        volatile boolean works;

        @Override
        public String name() {
            return working.name();
        }

        @Override
        public ExecutorCapabilities capabilities() {
            return (works ? working : working.unavailable("no engine")).capabilities();
        }

        @Override
        public Sandbox open(SandboxSpec spec) throws SandboxException {
            throw new SandboxException(new Reason.Unavailable(), "nothing is opened here");
        }

        @Override
        public void close() {}
    }

    @Test
    void anExecutorServesAsLongAsItWorks() throws Exception {
        var executor = new Fickle();
        var health = new Health();
        var catalog = new ExecutorCatalog(List.of(executor), List.of());
        try (var _ = new ExecutorHealth(catalog.all(), health, Duration.ofMillis(5))) {
            var statuses = watch(health, "runnel.executor.fickle");

            assertThat(statuses.take()).isEqualTo(ServingStatus.NOT_SERVING);
            executor.works = true;
            assertThat(statuses.take()).isEqualTo(ServingStatus.SERVING);
            executor.works = false;
            assertThat(statuses.take()).isEqualTo(ServingStatus.NOT_SERVING);
            executor.works = true;
            assertThat(statuses.take()).isEqualTo(ServingStatus.SERVING);
        }
    }

    /// What a client that watches is told, one after the other.
    private static BlockingQueue<ServingStatus> watch(Health health, String service) {
        var told = new LinkedBlockingQueue<ServingStatus>();
        var request = HealthCheckRequest.newBuilder().setService(service).build();
        ((HealthGrpc.HealthImplBase) health.service()).watch(request, new StreamObserver<>() {
            @Override
            public void onNext(HealthCheckResponse response) {
                told.add(response.getStatus());
            }

            @Override
            public void onError(Throwable failure) {
                throw new AssertionError(failure);
            }

            @Override
            public void onCompleted() {}
        });
        return told;
    }
}
