package dev.runnel.server.session;

import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.server.execution.EnforcedLimit;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A session as it is at one moment.
///
/// @param currentExecution the one that runs
/// @param sandbox what was really opened
/// @param limits every one; for those of one execution the default
/// @param lastUsed when an execution last began or ended in it, or its creation
/// @param expires when it will be deleted if nothing is executed in it before; absent while something is, or waits
public record SessionView(
        String id,
        SessionState state,
        Optional<String> currentExecution,
        SandboxDescription sandbox,
        List<EnforcedLimit> limits,
        Map<String, String> labels,
        Instant created,
        Instant lastUsed,
        Optional<Instant> expires) {
    public SessionView {
        limits = List.copyOf(limits);
        labels = Map.copyOf(labels);
    }
}
