package dev.runnel.executors.docker;

import dev.runnel.executors.spi.SandboxException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;

/// What references stand for, asked of the engine and remembered for [#FRESH_FOR]: opening a sandbox needs no request
/// for it. So a tag that was moved is noticed so late, or as soon as something can't be made of what it stood for.
///
/// Thread-safe. Holds no more than was asked for lately: references of the catalog, and digests that they stood for.
final class KnownImages {
    static final Duration FRESH_FOR = Duration.ofSeconds(10);

    private final Lookup lookup;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, Known> known = new ConcurrentHashMap<>();

    KnownImages(Lookup lookup, InstantSource clock) {
        this.lookup = lookup;
        this.clock = clock;
    }

    /// Asks the engine.
    @FunctionalInterface
    interface Lookup {
        ContainerImage image(String reference) throws SandboxException;
    }

    private record Known(ContainerImage image, Instant since) {}

    /// The image that a reference stands for.
    ///
    /// @throws SandboxException as [Engine#image] does; that is not remembered
    ContainerImage find(String reference) throws SandboxException {
        var now = clock.instant();
        var found = known.get(reference);
        if (found != null && isFresh(found, now)) {
            return found.image();
        }
        var image = lookup.image(reference);
        known.values().removeIf(old -> !isFresh(old, now));
        // Its age is that of the question, not of the answer.
        known.put(reference, new Known(image, now));
        return image;
    }

    private static boolean isFresh(Known known, Instant now) {
        return known.since().plus(FRESH_FOR).isAfter(now);
    }

    /// What references stand for is asked again.
    void forget() {
        known.clear();
    }
}
