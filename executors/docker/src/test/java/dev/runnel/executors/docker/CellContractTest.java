package dev.runnel.executors.docker;

import dev.runnel.executors.spi.Executor;

/// The contract on cells in a container of a real engine.
final class CellContractTest extends EngineContract {
    @Override
    protected Executor newExecutor() {
        return TestEngine.executor(TestEngine.cells(runtime));
    }
}
