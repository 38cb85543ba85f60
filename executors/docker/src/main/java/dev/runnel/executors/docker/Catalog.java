package dev.runnel.executors.docker;

import dev.runnel.executors.docker.DockerExecutorConfig.Images;
import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.SandboxSpec;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Which image a sandbox gets.
///
/// @param languages whose own images are used where the configuration names none
record Catalog(Images images, List<Language> languages) {
    /// The reference of the image for a request.
    ///
    /// @throws SandboxException with [Reason.Unsupported] when it may not be used, or none is known
    String choose(SandboxSpec spec) throws SandboxException {
        if (spec.image().isPresent()) {
            return allowed(spec.image().get());
        }
        return spec.language()
                .flatMap(this::ofLanguage)
                .or(images::byDefault)
                .or(this::ofAllLanguages)
                .orElseThrow(() -> new SandboxException(
                        new Reason.Unsupported(),
                        "executor docker has no image for "
                                + spec.language().map("language "::concat).orElse("a request that names no image")
                                + ": configure executors.docker.images"));
    }

    /// The image of a language, for requests that name none.
    Optional<String> ofLanguage(String language) {
        return Optional.ofNullable(images.byLanguage().get(language))
                .or(() -> languages.stream()
                        .filter(known -> known.name().equals(language))
                        .findFirst()
                        .flatMap(Language::image));
    }

    /// One of those that requests get.
    String any() throws SandboxException {
        return images.byDefault()
                .or(() -> all().stream().findFirst())
                .orElseThrow(() -> new SandboxException(
                        new Reason.Unsupported(), "no image is configured: executors.docker.images"));
    }

    /// The image of all languages, where they have the same.
    private Optional<String> ofAllLanguages() {
        var theirs = languages.stream()
                .map(language -> ofLanguage(language.name()))
                .distinct()
                .toList();
        return theirs.size() == 1 ? theirs.getFirst() : Optional.empty();
    }

    /// Every reference that a request can get.
    List<String> all() {
        var all = new TreeSet<>(images.allowed());
        all.addAll(images.byLanguage().values());
        languages.forEach(language -> ofLanguage(language.name()).ifPresent(all::add));
        images.byDefault().ifPresent(all::add);
        return List.copyOf(all);
    }

    private String allowed(String reference) throws SandboxException {
        if (all().contains(reference)) {
            return reference;
        }
        throw new SandboxException(
                new Reason.Unsupported(),
                "image " + reference + " may not be used. Allowed are: " + String.join(", ", all())
                        + "; the operator can add it to executors.docker.images.allowed");
    }
}
