/// The daemon's half of the channel to a runner, the static program that is pid 1 of every sandbox.
///
/// Start at [RunnerConnection], which speaks the protocol of `runnel/runner/v1/runner.proto` over any duplex
/// byte stream ([Channel]), and at [RunnerSandbox], the sandbox on top of it that back ends wrap.
///
/// Everything that comes from the other end is hostile input: what breaks the protocol ends the channel and
/// destroys the sandbox. Protobuf types don't leave this package.
@NullMarked
package dev.runnel.executors.runner;

import org.jspecify.annotations.NullMarked;
