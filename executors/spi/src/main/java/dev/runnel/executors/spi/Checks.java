package dev.runnel.executors.spi;

/// Checks shared by the records of this package.
final class Checks {
    private Checks() {}

    static void positive(String what, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(what + " must be positive, was " + value);
        }
    }
}
