package dev.runnel.server.routing;

import dev.runnel.executors.spi.Isolation;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/// Chooses the executor: the first, in the operator's order, that offers all that is demanded. Never one that
/// offers less. Thread-safe.
public final class Placer {
    private final ExecutorCatalog executors;
    private final Isolation minimumIsolation;

    /// Places on these executors.
    ///
    /// @param minimumIsolation the weakest that will do for a client that names none
    public Placer(ExecutorCatalog executors, Isolation minimumIsolation) {
        this.executors = executors;
        this.minimumIsolation = minimumIsolation;
    }

    /// Chooses.
    ///
    /// @throws RefusedException FAILED_PRECONDITION, with what each executor lacks
    public Placement place(Demand demand) throws RefusedException {
        var minimum = demand.minimumIsolation().orElse(minimumIsolation);
        var lacking = new ArrayList<Shortfall>();
        var reasons = new ArrayList<String>();
        for (var candidate : candidates(demand)) {
            var shortfall = Shortfall.of(candidate, demand, minimum);
            if (shortfall.isEmpty()) {
                return new Placement(
                        candidate.executor(), candidate.capabilities().orElseThrow(), demand.image());
            }
            lacking.add(shortfall.get());
            reasons.add(candidate.name() + ": " + shortfall.get().why());
        }
        throw lacking.stream()
                .max(Comparator.comparingInt(Shortfall::step))
                .map(furthest -> new RefusedException(
                        furthest.refusal(), "no executor here will do: " + String.join("; ", reasons)))
                .orElseGet(() -> new RefusedException(
                        new Refusal.ExecutorUnavailable(),
                        "no executor is preferred by the operator (executors.preference): name one of "
                                + names(executors.all())));
    }

    /// Makes sure that what was chosen for a session offers what one of its executions demands.
    ///
    /// @throws RefusedException FAILED_PRECONDITION, with what it lacks
    static void check(Placement session, Demand demand) throws RefusedException {
        var shortfall = Shortfall.of(session.capabilities(), demand, Isolation.LANGUAGE);
        if (shortfall.isPresent()) {
            throw new RefusedException(
                    shortfall.get().refusal(),
                    "the session's executor will not do: " + shortfall.get().why());
        }
    }

    private List<Candidate> candidates(Demand demand) throws RefusedException {
        if (demand.executor().isEmpty()) {
            return executors.preferred();
        }
        return executors
                .find(demand.executor().get())
                .map(List::of)
                .orElseThrow(() -> new RefusedException(
                        new Refusal.ExecutorUnavailable(),
                        "there is no such executor here; there are: " + names(executors.all())));
    }

    private static String names(List<Candidate> candidates) {
        return candidates.isEmpty()
                ? "none"
                : candidates.stream().map(Candidate::name).collect(Collectors.joining(", "));
    }
}
