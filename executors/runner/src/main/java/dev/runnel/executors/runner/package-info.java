/// The daemon's half of the channel to a runner, the static program that is pid 1 of every plain sandbox
/// and of every nursery.
///
/// Start at [RunnerConnection], which speaks the protocol of `runnel/runner/v1/runner.proto` over any
/// duplex byte stream ([Channel]), and at what back ends wrap on top of it: [RunnerSandbox], the sandbox
/// with a runner of its own, and [RunnerNursery], which opens cells. A cell is a [RunnerSandbox] too; what
/// differs is its number in every request and what closing it means.
///
/// Everything that comes from the other end is hostile input: what breaks the protocol ends the channel and
/// destroys the sandbox. Protobuf types don't leave this package.
@NullMarked
package dev.runnel.executors.runner;

import org.jspecify.annotations.NullMarked;
