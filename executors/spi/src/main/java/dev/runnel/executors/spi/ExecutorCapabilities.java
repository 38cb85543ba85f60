package dev.runnel.executors.spi;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What an executor can do on this machine.
///
/// @param unavailable why it can't open any sandbox here, and how to mend that; absent when it can
/// @param sandboxes what a sandbox opened now would be; meaningless while `unavailable` is present
/// @param languages by name: each configured language, in a sandbox for which no image is named
/// @param images those that a request may name, as it has to name them; none where sandboxes are made of no image
/// @param extras those that a request may name
/// @param notes what an operator should know: weaker protections, missing kernel features, and how to get them
public record ExecutorCapabilities(
        Optional<String> unavailable,
        SandboxDescription sandboxes,
        Map<String, LanguageSupport> languages,
        List<String> images,
        Extras extras,
        List<String> notes) {
    public ExecutorCapabilities {
        languages = Map.copyOf(languages);
        images = List.copyOf(images);
        notes = List.copyOf(notes);
    }

    /// Of an executor without images.
    public ExecutorCapabilities(
            Optional<String> unavailable,
            SandboxDescription sandboxes,
            Map<String, LanguageSupport> languages,
            List<String> notes) {
        this(unavailable, sandboxes, languages, List.of(), notes);
    }

    /// Of an executor without extras.
    public ExecutorCapabilities(
            Optional<String> unavailable,
            SandboxDescription sandboxes,
            Map<String, LanguageSupport> languages,
            List<String> images,
            List<String> notes) {
        this(unavailable, sandboxes, languages, images, Extras.NONE, notes);
    }

    /// Whether a language can be run.
    public sealed interface LanguageSupport {
        /// It can.
        ///
        /// @param version as the interpreter prints it, for example `Python 3.11.2`
        record Supported(String version) implements LanguageSupport {}

        /// It can't.
        ///
        /// @param reason what is missing and how to get it
        record Missing(String reason) implements LanguageSupport {}
    }
}
