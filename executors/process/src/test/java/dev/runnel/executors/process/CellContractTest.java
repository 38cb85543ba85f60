package dev.runnel.executors.process;

import dev.runnel.executors.process.ProcessExecutorConfig.CgroupMode;
import org.junit.jupiter.api.Nested;

/// The contract on cells, where this machine can have them.
final class CellContractTest {
    @Nested
    final class WithCgroupsWhereTheyCanBeMade extends BubblewrapContract {
        WithCgroupsWhereTheyCanBeMade() {
            super(CgroupMode.AUTO, Bubblewrap::cells);
        }
    }

    @Nested
    final class WithoutCgroups extends BubblewrapContract {
        WithoutCgroups() {
            super(CgroupMode.OFF, Bubblewrap::cells);
        }
    }
}
