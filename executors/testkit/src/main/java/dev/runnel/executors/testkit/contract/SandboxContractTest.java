package dev.runnel.executors.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxLimits;
import dev.runnel.executors.spi.SandboxSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// What every executor keeps of the SPI's promises. An executor's test extends this and says how to make the
/// executor, which programs it runs, and how to find what is left of them.
///
/// One executor serves all tests. Each test opens sandboxes of its own; after it they are closed, and nothing
/// that its programs started may be alive.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
public abstract class SandboxContractTest
        implements OutputContract,
                EndingContract,
                CancelContract,
                LimitContract,
                InputContract,
                WorkspaceContract,
                SessionContract {
    private static final String MARK = "RUNNEL_CONTRACT_MARK";

    private final List<Sandbox> sandboxes = new ArrayList<>();
    private String mark = "";
    private Optional<Executor> executor = Optional.empty();

    /// The executor under test. Called once.
    protected abstract Executor newExecutor() throws Exception;

    @Override
    public abstract ContractPrograms programs();

    /// Processes on the host that were started with `mark` in their environment, see
    /// [HostProcesses#withEnvironment].
    protected abstract List<Long> aliveWith(String mark);

    @BeforeAll
    void start() throws Exception {
        executor = Optional.of(newExecutor());
        assertThat(executor.get().capabilities().unavailable())
                .as("why the executor can't be tested here")
                .isEmpty();
    }

    @AfterAll
    void stop() {
        executor.ifPresent(Executor::close);
    }

    @AfterEach
    void closeSandboxes() {
        sandboxes.forEach(Sandbox::close);
        sandboxes.clear();
        assertThat(alive()).as("processes alive after their sandbox was closed").isEmpty();
        mark = "";
    }

    @Override
    public Sandbox open() throws Exception {
        var limits = new SandboxLimits(DataSize.ofMebibytes(256), 64, 1000, DataSize.ofMebibytes(64));
        var id = "contract-" + UUID.randomUUID().toString().substring(0, 8);
        var sandbox = executor.orElseThrow().open(new SandboxSpec(id, "local", limits, Optional.empty()));
        sandboxes.add(sandbox);
        return sandbox;
    }

    @Override
    public Attempt attempt(Sandbox sandbox, Command command) {
        if (mark.isEmpty()) {
            mark = MARK + "=" + UUID.randomUUID();
        }
        return new Attempt(sandbox, command).variable(MARK, mark.substring(MARK.length() + 1));
    }

    @Override
    public List<Long> alive() {
        return mark.isEmpty() ? List.of() : aliveWith(mark);
    }
}
