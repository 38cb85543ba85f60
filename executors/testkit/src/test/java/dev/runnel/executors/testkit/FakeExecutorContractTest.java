package dev.runnel.executors.testkit;

import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.testkit.contract.ContractPrograms;
import dev.runnel.executors.testkit.contract.SandboxContractTest;
import java.util.List;

class FakeExecutorContractTest extends SandboxContractTest {
    private final FakePrograms programs = new FakePrograms();

    @Override
    protected Executor newExecutor() {
        return new FakeExecutor(programs, Time.real());
    }

    @Override
    public ContractPrograms programs() {
        return programs;
    }

    @Override
    protected List<Long> aliveWith(String mark) {
        return List.of();
    }
}
