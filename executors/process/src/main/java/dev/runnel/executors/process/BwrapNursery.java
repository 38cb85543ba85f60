package dev.runnel.executors.process;

import dev.runnel.executors.runner.CellLimits;
import dev.runnel.executors.runner.Nursery;
import dev.runnel.executors.runner.RunnerNursery;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxSpec;
import java.time.Duration;

/// A nursery whose boundary is bubblewrap's.
final class BwrapNursery implements Nursery {
    private final Machine machine;
    private final RunnerNursery runner;
    private final Footprint footprint;

    BwrapNursery(Machine machine, RunnerNursery runner, Footprint footprint) {
        this.machine = machine;
        this.runner = runner;
        this.footprint = footprint;
        runner.onEnd(footprint::destroy);
    }

    @Override
    public Sandbox open(SandboxSpec spec) throws SandboxException, InterruptedException {
        return runner.open(
                CellLimits.of(spec.limits()),
                spec.interpreter(),
                machine.defaults(spec.limits()),
                machine.describe(SandboxDescription.Kind.CELL));
    }

    @Override
    public void onRetired(Runnable action) {
        runner.onRetired(action);
    }

    @Override
    public void ping(Duration within) throws SandboxException, InterruptedException {
        runner.ping(within);
    }

    @Override
    public void close() {
        runner.close();
        footprint.destroy();
    }
}
