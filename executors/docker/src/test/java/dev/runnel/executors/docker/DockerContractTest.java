package dev.runnel.executors.docker;

import dev.runnel.executors.spi.Executor;

/// The contract on containers of a real engine.
final class DockerContractTest extends EngineContract {
    @Override
    protected Executor newExecutor() {
        return TestEngine.executor(TestEngine.config(runtime));
    }
}
