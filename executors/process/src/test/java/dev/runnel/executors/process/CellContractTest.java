package dev.runnel.executors.process;

import dev.runnel.executors.process.ProcessExecutorConfig.CgroupMode;
import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.testkit.contract.ContractPrograms;
import dev.runnel.executors.testkit.contract.HostProcesses;
import dev.runnel.executors.testkit.contract.PosixPrograms;
import dev.runnel.executors.testkit.contract.SandboxContractTest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/// The contract on cells, where this machine can have them.
final class CellContractTest {
    @Nested
    final class WithCgroupsWhereTheyCanBeMade extends Contract {
        WithCgroupsWhereTheyCanBeMade() {
            super(CgroupMode.AUTO);
        }
    }

    @Nested
    final class WithoutCgroups extends Contract {
        WithoutCgroups() {
            super(CgroupMode.OFF);
        }
    }

    abstract static class Contract extends SandboxContractTest {
        @TempDir
        private static Path runtime;

        private final CgroupMode cgroups;

        Contract(CgroupMode cgroups) {
            this.cgroups = cgroups;
        }

        @Override
        protected Executor newExecutor() {
            return Bubblewrap.cells(Bubblewrap.config(runtime, cgroups));
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
}
