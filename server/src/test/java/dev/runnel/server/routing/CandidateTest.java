package dev.runnel.server.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.Executor;
import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.Sandbox;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.executors.spi.SandboxSpec;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class CandidateTest {
    private final AtomicReference<Optional<String>> unavailable = new AtomicReference<>(Optional.of("no engine"));
    private final AtomicInteger asked = new AtomicInteger();
    private final Candidate candidate = new Candidate(new Engine());

    @Test
    void oneThatCouldDoNothingIsAskedAgain() {
        assertThat(candidate.unavailable()).contains("no engine");

        unavailable.set(Optional.empty());

        assertThat(candidate.unavailable()).isEmpty();
    }

    @Test
    void oneThatCanIsAskedOnce() {
        unavailable.set(Optional.empty());
        var another = new Candidate(new Engine());
        assertThat(another.unavailable()).isEmpty();
        var before = asked.get();

        assertThat(another.capabilities()).isPresent();

        assertThat(asked.get()).isEqualTo(before);
    }

    /// One that comes and goes.
    private final class Engine implements Executor {
        @Override
        public String name() {
            return "engine";
        }

        @Override
        public ExecutorCapabilities capabilities() {
            asked.incrementAndGet();
            var enforcement = new EnumMap<LimitKind, Mechanism>(LimitKind.class);
            for (var limit : LimitKind.values()) {
                enforcement.put(limit, Mechanism.NONE);
            }
            var sandboxes = new SandboxDescription(
                    name(), Isolation.CONTAINER, SandboxDescription.Kind.PLAIN, Optional.empty(), enforcement);
            return new ExecutorCapabilities(unavailable.get(), sandboxes, Map.of(), List.of());
        }

        @Override
        public Sandbox open(SandboxSpec spec) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            // nothing was opened
        }
    }
}
