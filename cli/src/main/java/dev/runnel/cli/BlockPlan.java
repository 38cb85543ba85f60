package dev.runnel.cli;

import dev.runnel.markdown.CodeBlock;
import dev.runnel.v1.GetCapabilitiesResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The blocks of a document and what is to be done with each.
///
/// @param steps in the order of the document
record BlockPlan(List<Step> steps) {
    BlockPlan {
        steps = List.copyOf(steps);
    }

    /// A block of the document.
    sealed interface Step {
        /// Counts from 1.
        int number();

        CodeBlock block();

        /// It is run.
        ///
        /// @param language in lower case
        record Runs(int number, CodeBlock block, String language) implements Step {}

        /// It is not.
        ///
        /// @param why as a person reads it
        record NotRun(int number, CodeBlock block, String why) implements Step {}
    }

    /// Decides for each block.
    ///
    /// @param only the languages to run, in any case; all when empty
    static BlockPlan of(List<CodeBlock> blocks, List<String> only) {
        var wanted = only.stream()
                .map(language -> language.strip().toLowerCase(Locale.ROOT))
                .toList();
        var steps = new ArrayList<Step>();
        for (var block : blocks) {
            var number = steps.size() + 1;
            var why = whyNot(block, wanted);
            steps.add(
                    why.isPresent()
                            ? new Step.NotRun(number, block, why.get())
                            : new Step.Runs(number, block, block.language().orElseThrow()));
        }
        return new BlockPlan(steps);
    }

    private static Optional<String> whyNot(CodeBlock block, List<String> wanted) {
        if (!block.closed()) {
            return Optional.of("it is not closed");
        }
        if (block.language().isEmpty()) {
            return Optional.of("it names no language");
        }
        if (!wanted.isEmpty() && !wanted.contains(block.language().get())) {
            return Optional.of("its language is not among --lang");
        }
        return block.code().isBlank() ? Optional.of("it is empty") : Optional.empty();
    }

    /// The one language of all blocks that are run; empty when there are several.
    String language() {
        var languages = steps.stream()
                .filter(Step.Runs.class::isInstance)
                .map(step -> ((Step.Runs) step).language())
                .distinct()
                .toList();
        return languages.size() == 1 ? languages.getFirst() : "";
    }

    /// True when the document has no block at all.
    boolean isEmpty() {
        return steps.isEmpty();
    }

    /// Refuses, before anything has run, a document with a block in a language that the daemon can't run.
    ///
    /// @throws UsageException naming the block and the choice there is
    void check(GetCapabilitiesResponse capabilities) {
        var unavailable = new HashMap<String, String>();
        for (var language : capabilities.getLanguagesList()) {
            unavailable.put(language.getName(), language.getUnavailableReason());
            language.getAliasesList().forEach(alias -> unavailable.put(alias, language.getUnavailableReason()));
        }
        for (var step : steps) {
            if (step instanceof Step.Runs runs) {
                checkLanguage(runs, unavailable);
            }
        }
        if (steps.stream().noneMatch(Step.Runs.class::isInstance)) {
            throw new UsageException("none of the %d blocks is to be run: %s"
                    .formatted(steps.size(), steps.getFirst() instanceof Step.NotRun first ? first.why() : ""));
        }
    }

    private static void checkLanguage(Step.Runs step, Map<String, String> unavailable) {
        var where = "block %d (line %d)"
                .formatted(step.number(), step.block().block().firstLine());
        var reason = unavailable.get(step.language());
        if (reason == null) {
            throw new UsageException(
                    "%s is in %s, which is no language here; choose what to run with --lang (there is %s)"
                            .formatted(
                                    where,
                                    step.language(),
                                    String.join(
                                            ", ",
                                            unavailable.keySet().stream()
                                                    .sorted()
                                                    .toList())));
        }
        if (!reason.isEmpty()) {
            throw new UsageException("%s is in %s, which can't be run: %s".formatted(where, step.language(), reason));
        }
    }
}
