/// Sandboxes of bubblewrap with the interpreters of the host: the executor that needs nothing but Linux.
///
/// One bubblewrap sandbox per [dev.runnel.executors.spi.Sandbox], started cold, the runner as its pid 1. Start at
/// [ProcessExecutor]; `BwrapCommand` says what a program can see, `Footprint` what a sandbox has on the host and how
/// all of it goes away.
@NullMarked
package dev.runnel.executors.process;

import org.jspecify.annotations.NullMarked;
