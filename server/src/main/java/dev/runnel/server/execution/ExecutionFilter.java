package dev.runnel.server.execution;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which executions to show. All conditions must hold.
///
/// @param stages any of these; none named: all
/// @param createdFrom at this time or later
/// @param createdBefore before this time
public record ExecutionFilter(
        Optional<String> session,
        Set<State.Stage> stages,
        Map<String, String> labels,
        Optional<Instant> createdFrom,
        Optional<Instant> createdBefore) {
    public ExecutionFilter {
        stages = Set.copyOf(stages);
        labels = Map.copyOf(labels);
    }

    boolean matches(ExecutionView view) {
        return (session.isEmpty() || session.equals(view.spec().session()))
                && (stages.isEmpty() || stages.contains(view.state().stage()))
                && view.labels().entrySet().containsAll(labels.entrySet())
                && createdFrom
                        .map(from -> !view.state().created().isBefore(from))
                        .orElse(true)
                && createdBefore
                        .map(before -> view.state().created().isBefore(before))
                        .orElse(true);
    }
}
