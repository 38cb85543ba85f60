package dev.runnel.executors.spi;

import java.util.Map;
import java.util.Optional;

/// What was really opened.
///
/// @param executor its name
/// @param imageDigest for executors that have images
/// @param enforcement every limit, and what enforces it here
public record SandboxDescription(
        String executor,
        Isolation isolation,
        Kind kind,
        Optional<String> imageDigest,
        Map<LimitKind, Mechanism> enforcement) {
    public SandboxDescription {
        enforcement = Map.copyOf(enforcement);
        if (enforcement.size() != LimitKind.values().length) {
            throw new IllegalArgumentException("enforcement must name every limit, has only " + enforcement.keySet());
        }
    }

    /// How a fresh place for a program is made.
    public enum Kind {
        /// Opened for one execution or one session, started cold, then destroyed.
        PLAIN,
        /// Forked from a warmed interpreter into namespaces of its own.
        CELL
    }
}
