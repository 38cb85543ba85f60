package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.time.Duration;

/// Containers that are started before anybody asks for them.
///
/// @param ahead of each kind: an image, with limits; 0: none
/// @param kinds at a time: the one that nobody asked for the longest goes first
/// @param makingAtOnce in the background, of all kinds together
/// @param maxAge after which one that waits is replaced, and a kind that nobody asked for is not kept
public record DockerPoolSettings(
        @Default("2") int ahead,
        @Default("8") int kinds,
        @Default("2") int makingAtOnce,
        @Default("1h") Duration maxAge) {
    public DockerPoolSettings {
        InvalidKeyException.unless(ahead >= 0, "ahead", "must not be negative");
        Rules.positive("kinds", kinds);
        Rules.positive("making_at_once", makingAtOnce);
        Rules.positive("max_age", maxAge);
    }
}
