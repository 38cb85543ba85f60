package dev.runnel.executors.docker;

import dev.runnel.executors.testkit.contract.ContractPrograms;
import dev.runnel.executors.testkit.contract.HostProcesses;
import dev.runnel.executors.testkit.contract.PosixPrograms;
import dev.runnel.executors.testkit.contract.SandboxContractTest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/// The contract on a real engine.
abstract class EngineContract extends SandboxContractTest {
    @TempDir
    static Path runtime;

    @Override
    public ContractPrograms programs() {
        return new PosixPrograms();
    }

    @Override
    protected List<Long> aliveWith(String mark) {
        return HostProcesses.withEnvironment(mark);
    }
}
