package dev.runnel.server.session;

import java.util.Map;
import java.util.Set;

/// Which sessions to list.
///
/// @param states one of these; empty: any
/// @param labels all of these
public record SessionFilter(Set<SessionState> states, Map<String, String> labels) {
    public SessionFilter {
        states = Set.copyOf(states);
        labels = Map.copyOf(labels);
    }

    boolean matches(SessionView session) {
        return (states.isEmpty() || states.contains(session.state()))
                && session.labels().entrySet().containsAll(labels.entrySet());
    }
}
