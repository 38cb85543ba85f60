package dev.runnel.executors.spi;

/// How a process ended, as wait(2) tells it.
public sealed interface WaitStatus {
    /// It called exit(3) or returned.
    ///
    /// @param code 0 to 255
    record ExitCode(int code) implements WaitStatus {}

    /// A signal ended it.
    ///
    /// @param number as in signal(7)
    /// @param coreDumped always false where core dumps are off
    record Signal(int number, boolean coreDumped) implements WaitStatus {}
}
