package dev.runnel.server.execution;

import java.util.Map;
import java.util.Optional;

/// What a client asks for, decoded and checked for form.
///
/// @param id the client's; without one nothing is idempotent
/// @param spec what decides whether two requests are the same
/// @param expectedInstance the daemon's instance that must answer
public record ExecutionRequest(
        Optional<String> id,
        ExecutionSpec spec,
        OnDisconnect onDisconnect,
        Map<String, String> labels,
        boolean validateOnly,
        Optional<String> expectedInstance) {
    public ExecutionRequest {
        labels = Map.copyOf(labels);
    }
}
