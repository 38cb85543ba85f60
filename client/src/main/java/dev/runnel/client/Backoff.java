package dev.runnel.client;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/// How long to wait between attempts to reach a daemon again, and when to give up.
///
/// Not thread-safe. The waits double from 20 ms to one second, each between half and all of its length, so
/// that many clients of a restarted daemon do not come at the same moment.
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(20);
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private final Duration limit;
    private final InstantSource clock;
    private Duration next = FIRST;
    private Optional<Instant> since = Optional.empty();

    Backoff(Duration limit, InstantSource clock) {
        this.limit = limit;
        this.clock = clock;
    }

    /// The next wait, at least `atLeast`; absent when the time is over.
    Optional<Duration> next(Duration atLeast) {
        var now = clock.instant();
        var started = since.orElse(now);
        since = Optional.of(started);
        var jittered =
                next.multipliedBy(ThreadLocalRandom.current().nextInt(50, 101)).dividedBy(100);
        var wait = jittered.compareTo(atLeast) < 0 ? atLeast : jittered;
        next = next.multipliedBy(2).compareTo(LONGEST) > 0 ? LONGEST : next.multipliedBy(2);
        return now.plus(wait).isAfter(started.plus(limit)) ? Optional.empty() : Optional.of(wait);
    }

    /// The daemon answered: the next loss begins anew.
    void reset() {
        next = FIRST;
        since = Optional.empty();
    }
}
