package dev.runnel.executors.testkit;

/// Unwinds a script whose program is dead. What became of it is in its [FakeProcess].
final class ProgramGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ProgramGone() {
        super("the fake program is dead", null, false, false);
    }
}
