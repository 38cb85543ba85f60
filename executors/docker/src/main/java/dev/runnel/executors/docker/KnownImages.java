package dev.runnel.executors.docker;

import dev.runnel.executors.docker.DockerExecutorConfig.PullPolicy;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// What references stand for, asked of the engine and remembered for [#FRESH_FOR]: opening a sandbox needs no request
/// for it. So a tag that was moved is noticed so late, or as soon as something can't be made of what it stood for.
/// Images
/// that the engine has to pull are pulled by the first who needs one.
///
/// Thread-safe. Holds no more than was asked for lately: references of the catalog, and digests that they stood for.
final class KnownImages {
    static final Duration FRESH_FOR = Duration.ofSeconds(10);

    /// With [PullPolicy#ALWAYS]. An image that is named by its digest never is another.
    static final Duration PULLED_FOR = Duration.ofMinutes(5);

    private final Lookup engine;
    private final Pulling pulls;
    private final PullPolicy policy;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, Known> known = new ConcurrentHashMap<>();

    KnownImages(Lookup engine, Pulling pulls, PullPolicy policy, InstantSource clock) {
        this.engine = engine;
        this.pulls = pulls;
        this.policy = policy;
        this.clock = clock;
    }

    /// Asks the engine.
    @FunctionalInterface
    interface Lookup {
        Optional<ContainerImage> image(String reference) throws SandboxException;
    }

    /// Has the engine pull.
    @FunctionalInterface
    interface Pulling {
        void pull(String reference) throws SandboxException, InterruptedException;
    }

    private record Known(ContainerImage image, Instant since) {}

    /// What a reference stands for, as far as it can be told without pulling.
    ///
    /// @throws SandboxException with [Reason.Unsupported] when the engine has no such image and is not to pull it
    Optional<ContainerImage> now(String reference) throws SandboxException {
        var remembered = remembered(reference);
        if (remembered.isPresent() || isPulledAgain(reference)) {
            return remembered;
        }
        var found = ask(reference);
        if (found.isEmpty() && policy == PullPolicy.NEVER) {
            throw missing(reference);
        }
        return found;
    }

    /// The image that a reference stands for, pulled where it has to be.
    ContainerImage find(String reference) throws SandboxException, InterruptedException {
        var now = now(reference);
        if (now.isPresent()) {
            return now.get();
        }
        pulls.pull(reference);
        return ask(reference).orElseThrow(() -> missing(reference));
    }

    /// The image with a digest that a reference stood for.
    Optional<ContainerImage> withDigest(String digest) throws SandboxException {
        var remembered = remembered(digest);
        return remembered.isPresent() ? remembered : ask(digest);
    }

    private Optional<ContainerImage> ask(String reference) throws SandboxException {
        // Its age is that of the question, not of the answer.
        var asked = clock.instant();
        var found = engine.image(reference);
        known.values().removeIf(old -> !isFresh(old, asked));
        found.ifPresent(image -> known.put(reference, new Known(image, asked)));
        return found;
    }

    private Optional<ContainerImage> remembered(String reference) {
        var found = known.get(reference);
        return found != null && isFresh(found, clock.instant()) ? Optional.of(found.image()) : Optional.empty();
    }

    private boolean isFresh(Known known, Instant now) {
        var atMost = isPulledAgain(known.image().reference()) ? PULLED_FOR : FRESH_FOR;
        return known.since().plus(atMost).isAfter(now);
    }

    private boolean isPulledAgain(String reference) {
        return policy == PullPolicy.ALWAYS && !reference.contains("@") && !reference.startsWith("sha256:");
    }

    private static SandboxException missing(String reference) {
        return new SandboxException(
                new Reason.Unsupported(), "the engine has no image " + reference + ": docker pull " + reference);
    }

    /// What references stand for is asked again.
    void forget() {
        known.clear();
    }
}
