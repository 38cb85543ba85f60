package dev.runnel.executors.testkit;

/// What a fake program does. Runs on the thread that called [FakeSandbox#run].
///
/// Whatever takes time or leaves the program goes through [FakeProcess]; those calls don't return once the
/// program has been killed. A script therefore never catches what they throw, and never blocks on anything
/// else.
@FunctionalInterface
public interface Script {
    /// Runs to the end.
    ///
    /// @return the exit code, 0 to 255
    int run(FakeProcess process);
}
