package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.time.Duration;

/// How long sessions live, and how many there are.
///
/// @param idleTimeout without an execution, when the session's creator does not say
/// @param maxIdleTimeout the most that a creator may ask for
/// @param maxAge after which a session ends, whatever it does
/// @param maxSessions at one time; each holds a sandbox
public record SessionSettings(
        @Default("30m") Duration idleTimeout,
        @Default("12h") Duration maxIdleTimeout,
        @Default("24h") Duration maxAge,
        @Default("32") int maxSessions) {
    public SessionSettings {
        Rules.positive("idle_timeout", idleTimeout);
        Rules.positive("max_age", maxAge);
        Rules.positive("max_sessions", maxSessions);
        InvalidKeyException.unless(
                idleTimeout.compareTo(maxIdleTimeout) <= 0, "idle_timeout", "is longer than max_idle_timeout");
    }
}
