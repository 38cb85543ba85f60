/// The contract test that every executor passes: what the SPI promises, one test for each promise.
///
/// Start at [SandboxContractTest], which an executor's own test extends, and at [ContractPrograms], the
/// programs it needs; [PosixPrograms] has them for sandboxes with a POSIX system and Python. The promises are
/// grouped in interfaces whose names end in `Contract`.
@NullMarked
package dev.runnel.executors.testkit.contract;

import org.jspecify.annotations.NullMarked;
