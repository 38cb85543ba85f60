package dev.runnel.executors.docker;

import dev.runnel.executors.runner.CellLimits;
import dev.runnel.executors.runner.Nursery;
import dev.runnel.executors.runner.RunnerNursery;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/// A nursery whose boundary is a container.
final class ContainerNursery implements Nursery {
    private final Container container;
    private final Traits traits;
    private final RunnerNursery runner;
    private final AtomicBoolean ends = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);

    /// @param container greeted as a nursery
    /// @param traits of its cells
    ContainerNursery(Container container, Traits traits) {
        this.container = container;
        this.traits = traits;
        this.runner = new RunnerNursery(container.connection());
        runner.onEnd(this::destroy);
    }

    @Override
    public Sandbox open(SandboxSpec spec) throws SandboxException, InterruptedException {
        var image = container.kind().image();
        return runner.open(
                CellLimits.of(spec.limits()),
                spec.interpreter(),
                traits.defaults(image, spec.limits()),
                traits.describe(Optional.of(image.id())));
    }

    @Override
    public void onRetired(Runnable action) {
        runner.onRetired(action);
    }

    @Override
    public void ping(Duration within) throws SandboxException, InterruptedException {
        runner.ping(within);
    }

    /// Returns when the container is gone, whoever began to remove it.
    @Override
    public void close() {
        runner.close();
        destroy();
        try {
            ended.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void destroy() {
        if (ends.compareAndSet(false, true)) {
            try {
                container.footprint().destroy();
            } finally {
                ended.countDown();
            }
        }
    }
}
