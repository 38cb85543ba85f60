package dev.runnel.server.execution;

import java.time.Instant;

/// Something that happened to an execution, with the number it got when it was made.
///
/// @param sequence from 1, without gaps
/// @param time by the daemon's clock
public record Event(long sequence, Instant time, Kind kind) {
    /// What an event weighs in memory beside its bytes, roughly; bounds count it, so that a million events of
    /// one byte are not taken for a megabyte.
    static final int WEIGHT = 128;

    /// Bytes this event counts for where memory is bounded.
    int weight() {
        return kind instanceof Kind.Output output ? WEIGHT + output.data().remaining() : WEIGHT;
    }
}
