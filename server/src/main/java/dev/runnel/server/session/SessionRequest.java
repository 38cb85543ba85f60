package dev.runnel.server.session;

import java.util.Map;
import java.util.Optional;

/// What a client asks for, decoded and checked for form.
///
/// @param id the client's; without one nothing is idempotent
public record SessionRequest(Optional<String> id, SessionSpec spec, Map<String, String> labels) {
    public SessionRequest {
        labels = Map.copyOf(labels);
    }
}
