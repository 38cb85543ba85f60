package dev.runnel.executors.process;

import dev.runnel.executors.process.ProcessExecutorConfig.CgroupMode;
import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.testkit.contract.ContractPrograms;
import dev.runnel.executors.testkit.contract.HostProcesses;
import dev.runnel.executors.testkit.contract.PosixPrograms;
import dev.runnel.executors.testkit.contract.SandboxContractTest;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.io.TempDir;

/// The contract on the real bubblewrap and the real runner.
abstract class BubblewrapContract extends SandboxContractTest {
    @TempDir
    private static Path runtime;

    private final CgroupMode cgroups;
    private final Function<ProcessExecutorConfig, Executor> open;

    BubblewrapContract(CgroupMode cgroups, Function<ProcessExecutorConfig, Executor> open) {
        this.cgroups = cgroups;
        this.open = open;
    }

    @Override
    protected Executor newExecutor() {
        return open.apply(Bubblewrap.config(runtime, cgroups));
    }

    @Override
    public ContractPrograms programs() {
        return new PosixPrograms();
    }

    @Override
    protected List<Long> aliveWith(String mark) {
        return HostProcesses.withEnvironment(mark);
    }
}
