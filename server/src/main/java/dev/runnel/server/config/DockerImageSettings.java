package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import dev.runnel.server.yaml.Key;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which images the containers of an engine are made of. A request may name those of `allowed`, and all others that are
/// named here.
///
/// @param byDefault for a request that names none, when its language has none
/// @param byLanguage the image of a language, by the language's own name; it goes before that of the language.yaml
/// @param allowed what a request may name besides
/// @param pull when the engine is told to pull them
public record DockerImageSettings(
        @Key("default") Optional<String> byDefault,
        @Default("{}") Map<String, String> byLanguage,
        @Default("[]") List<String> allowed,
        @Default("never") Pull pull) {
    /// As long as the contract lets a request's be.
    private static final int LONGEST = 1024;

    public DockerImageSettings {
        byLanguage = Map.copyOf(byLanguage);
        allowed = List.copyOf(allowed);
        byDefault.ifPresent(image -> reference("default", image));
        byLanguage.forEach((language, image) -> reference("by_language." + language, image));
        allowed.forEach(image -> reference("allowed", image));
    }

    /// When the engine pulls an image.
    public enum Pull {
        /// It has them, or they are not to be had.
        NEVER,
        /// When it has no such image.
        MISSING,
        /// Also when it has one, now and then.
        ALWAYS
    }

    private static void reference(String key, String image) {
        InvalidKeyException.unless(
                image.length() <= LONGEST && image.matches("[A-Za-z0-9][A-Za-z0-9._:/@-]*"),
                key,
                "not an image: '" + image + "' (expected such as python:3.11-slim)");
    }
}
