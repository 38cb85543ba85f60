/// Sandboxes of bubblewrap with the interpreters of the host: the executor that needs nothing but Linux.
///
/// A [dev.runnel.executors.spi.Sandbox] is a cell in a nursery of its tenant's ([Nurseries]) where the
/// machine can, and otherwise plain: a bubblewrap with a runner of its own, started cold ([SandboxMaker]).
/// Start at [ProcessExecutor]; `BwrapCommand` and `NurseryCommand` say what a program can see, `Footprint`
/// what a sandbox or nursery has on the host and how all of it goes away.
@NullMarked
package dev.runnel.executors.process;

import org.jspecify.annotations.NullMarked;
