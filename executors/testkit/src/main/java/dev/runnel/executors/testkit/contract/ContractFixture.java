package dev.runnel.executors.testkit.contract;

import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.Sandbox;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;

/// What the promises of the contract are tested with.
public interface ContractFixture {
    /// The programs of this executor.
    ContractPrograms programs();

    /// A fresh sandbox with 256 MiB of memory, 64 processes, one CPU and 64 MiB of disk. Closed after the test.
    Sandbox open() throws Exception;

    /// A run of this program in a fresh sandbox.
    default Attempt attempt(Command command) throws Exception {
        return attempt(open(), command);
    }

    /// A run of this program.
    Attempt attempt(Sandbox sandbox, Command command);

    /// Processes on the host that a program of this test started and that are alive.
    List<Long> alive();

    /// Skips the test, aloud, where this executor says that it does not enforce a limit.
    default void requireEnforced(LimitKind limit) throws Exception {
        Assumptions.assumeTrue(
                mechanism(limit) != Mechanism.NONE,
                () -> "this executor does not enforce " + limit + " here, and says so in its description");
    }

    /// What enforces a limit here, as this executor says.
    default Mechanism mechanism(LimitKind limit) throws Exception {
        return Objects.requireNonNull(open().description().enforcement().get(limit));
    }
}
