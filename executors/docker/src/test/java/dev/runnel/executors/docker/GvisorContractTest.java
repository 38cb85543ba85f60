package dev.runnel.executors.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.Ending;
import dev.runnel.executors.spi.Executor;
import org.junit.jupiter.api.Test;

/// The contract on containers with gVisor's kernel: on two points what it says is another thing there.
final class GvisorContractTest extends EngineContract {
    @Override
    protected Executor newExecutor() throws Exception {
        return TestEngine.executor(TestEngine.gvisor(runtime));
    }

    /// This kernel's processes are none of the host's, so survivors are looked for inside.
    @Test
    @Override
    public void aDaemonInASessionOfItsOwnIsDeadWhenRunReturns() throws Exception {
        var sandbox = open();
        var run = attempt(sandbox, programs().leavesDaemonAndWaits("two alive")).start();
        run.sink().awaitText("two alive");

        run.cancel();

        assertThat(run.outcome().ending()).isEqualTo(new Ending.Cancelled());
        var left = attempt(sandbox, programs().listsProcesses()).run().sink().stdoutText();
        assertThat(left.lines().filter(line -> line.contains("main.py"))).hasSize(1);
    }

    /// Without cgroups the runner watches memory, and this kernel does not tell what processes share: many forks of one
    /// process may count for more memory than they have.
    @Test
    @Override
    public void processesAreRefusedAndTheProgramGoesOn() throws Exception {
        var sandbox = open();

        var ended = attempt(sandbox, programs().forks(200)).run();

        if (ended.outcome().ending().equals(new Ending.Exited())) {
            assertThat(Integer.parseInt(ended.sink().stdoutText().substring("started ".length())))
                    .isBetween(20, 63);
        } else {
            assertThat(ended.outcome().ending()).isEqualTo(new Ending.MemoryExceeded());
        }
        assertThat(attempt(sandbox, programs().forks(5)).run().sink().stdoutText())
                .isEqualTo("started 5");
    }
}
