package dev.runnel.executors.process;

import dev.runnel.executors.process.ProcessExecutorConfig.CgroupMode;
import org.junit.jupiter.api.Nested;

/// The contract on the real bubblewrap and the real runner.
final class ProcessExecutorContractTest {
    @Nested
    final class WithCgroupsWhereTheyCanBeMade extends BubblewrapContract {
        WithCgroupsWhereTheyCanBeMade() {
            super(CgroupMode.AUTO, Bubblewrap::executor);
        }
    }

    @Nested
    final class WithoutCgroups extends BubblewrapContract {
        WithoutCgroups() {
            super(CgroupMode.OFF, Bubblewrap::executor);
        }
    }
}
