/// What tests and benchmarks need of an executor: a fake one whose programs are scripts, and the contract
/// test that every executor passes.
///
/// Start at [FakeExecutor] and [Script]. The fake has behaviour: it keeps the promises of the SPI by the same
/// rules as a real executor, but its programs live in this JVM and its time is [Time], so that no test has to
/// sleep.
@NullMarked
package dev.runnel.executors.testkit;

import org.jspecify.annotations.NullMarked;
