package dev.runnel.client;

import java.time.Duration;

/// How a client behaves when the daemon is slow or away.
///
/// @param reconnectFor how long a lost stream is tried again before the loss is reported; also the grace
///     the daemon is asked to give an execution whose request says nothing of disconnects
/// @param callTimeout how long a single question (everything but a stream) may take
public record ClientSettings(Duration reconnectFor, Duration callTimeout) {
    public ClientSettings {
        if (reconnectFor.isNegative()) {
            throw new IllegalArgumentException("reconnectFor is negative: " + reconnectFor);
        }
        if (!callTimeout.isPositive()) {
            throw new IllegalArgumentException("callTimeout must be positive: " + callTimeout);
        }
    }

    /// Ten seconds to come back, a minute for a question.
    public static ClientSettings defaults() {
        return new ClientSettings(Duration.ofSeconds(10), Duration.ofMinutes(1));
    }
}
