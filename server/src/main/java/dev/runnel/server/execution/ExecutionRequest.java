package dev.runnel.server.execution;

import dev.runnel.server.content.Digest;
import java.util.Map;
import java.util.Optional;

/// What a client asks for, decoded and checked for form.
///
/// @param id the client's; without one nothing is idempotent
/// @param spec what decides whether two requests are the same
/// @param expectedInstance the daemon's instance that must answer
/// @param approved digest of the spec that was approved: nothing else may run. Absent where nobody was asked
public record ExecutionRequest(
        Optional<String> id,
        ExecutionSpec spec,
        OnDisconnect onDisconnect,
        Map<String, String> labels,
        boolean validateOnly,
        Optional<String> expectedInstance,
        Optional<Digest> approved) {
    public ExecutionRequest {
        labels = Map.copyOf(labels);
    }

    /// The same, to run only as what was approved.
    public ExecutionRequest approved(Digest spec) {
        return new ExecutionRequest(
                id, this.spec, onDisconnect, labels, validateOnly, expectedInstance, Optional.of(spec));
    }
}
