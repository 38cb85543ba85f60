package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import java.time.Duration;

/// How much goes on at one time.
///
/// @param maxRunning executions that have a sandbox or are getting one
/// @param maxQueued executions that wait for that; one more is refused
/// @param maxQueueTime how long an execution waits when its request does not say
public record ConcurrencySettings(
        @Default("16") int maxRunning,
        @Default("256") int maxQueued,
        @Default("60s") Duration maxQueueTime) {
    public ConcurrencySettings {
        Rules.positive("max_running", maxRunning);
        Rules.positive("max_queued", maxQueued);
        Rules.positive("max_queue_time", maxQueueTime);
    }
}
