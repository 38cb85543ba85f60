package dev.runnel.server.routing;

import dev.runnel.executors.spi.ExecutorCapabilities;
import dev.runnel.executors.spi.ExecutorCapabilities.LanguageSupport;
import dev.runnel.executors.spi.Isolation;
import dev.runnel.executors.spi.LimitKind;
import dev.runnel.executors.spi.Mechanism;
import dev.runnel.executors.spi.SandboxDescription;
import dev.runnel.server.refusal.Refusal;
import java.util.Map;
import java.util.Optional;

/// Why an executor will not do.
///
/// @param step how far it came: of several, the one that came furthest tells a client best what is missing
record Shortfall(int step, Refusal refusal, String why) {
    /// What `candidate` lacks first; absent when it will do.
    static Optional<Shortfall> of(Candidate candidate, Demand demand, Isolation minimum) {
        var unavailable = candidate.unavailable();
        var capabilities = candidate.capabilities();
        if (unavailable.isPresent() || capabilities.isEmpty()) {
            return Optional.of(new Shortfall(0, new Refusal.ExecutorUnavailable(), unavailable.orElse("")));
        }
        return of(capabilities.get(), demand, minimum);
    }

    /// What an executor with these capabilities lacks first; absent when it will do.
    static Optional<Shortfall> of(ExecutorCapabilities capabilities, Demand demand, Isolation minimum) {
        return image(capabilities, demand)
                .or(() -> language(capabilities, demand))
                .or(() -> extras(capabilities, demand))
                .or(() -> isolation(capabilities.sandboxes(), minimum))
                .or(() -> cell(capabilities.sandboxes(), demand))
                .or(() -> limits(capabilities.sandboxes().enforcement(), demand.limits()));
    }

    private static Optional<Shortfall> image(ExecutorCapabilities capabilities, Demand demand) {
        var images = capabilities.images();
        if (demand.image().isEmpty() || images.contains(demand.image().get())) {
            return Optional.empty();
        }
        var why = images.isEmpty()
                ? "it has no images"
                : "the image is none of those that may be named, which are " + String.join(", ", images);
        return Optional.of(new Shortfall(1, new Refusal.ImageUnavailable(), why));
    }

    /// What an image that was named has in it is not known before something runs in it.
    private static Optional<Shortfall> language(ExecutorCapabilities capabilities, Demand demand) {
        if (demand.language().isEmpty() || demand.image().isPresent()) {
            return Optional.empty();
        }
        var support = Optional.ofNullable(
                capabilities.languages().get(demand.language().get()));
        return switch (support.orElse(new LanguageSupport.Missing("it does not know the language"))) {
            case LanguageSupport.Supported _ -> Optional.empty();
            case LanguageSupport.Missing(var reason) ->
                Optional.of(new Shortfall(2, new Refusal.LanguageUnavailable(), reason));
        };
    }

    private static Optional<Shortfall> extras(ExecutorCapabilities capabilities, Demand demand) {
        var missing = demand.extras().missingFrom(capabilities.extras());
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(new Shortfall(
                        3,
                        new Refusal.ExtraUnavailable(),
                        "the operator has defined no " + String.join(", no ", missing)));
    }

    private static Optional<Shortfall> isolation(SandboxDescription sandboxes, Isolation minimum) {
        if (sandboxes.isolation().compareTo(minimum) >= 0) {
            return Optional.empty();
        }
        return Optional.of(new Shortfall(
                4, new Refusal.IsolationUnavailable(), "it isolates by " + sandboxes.isolation() + ", not " + minimum));
    }

    private static Optional<Shortfall> cell(SandboxDescription sandboxes, Demand demand) {
        if (!demand.requireCell()) {
            return Optional.empty();
        }
        if (sandboxes.kind() != SandboxDescription.Kind.CELL) {
            return Optional.of(new Shortfall(5, new Refusal.CellUnavailable(), "it has plain sandboxes only"));
        }
        return demand.extras().isEmpty()
                ? Optional.empty()
                : Optional.of(new Shortfall(
                        5, new Refusal.CellUnavailable(), "with mounts, devices or hosts a sandbox is plain"));
    }

    private static Optional<Shortfall> limits(Map<LimitKind, Mechanism> enforcement, Map<LimitKind, String> limits) {
        for (var kind : LimitKind.values()) {
            var field = limits.get(kind);
            if (field != null && enforcement.get(kind) == Mechanism.NONE) {
                return Optional.of(new Shortfall(
                        6, new Refusal.LimitNotEnforceable(field), "nothing enforces " + field + " here"));
            }
        }
        return Optional.empty();
    }
}
