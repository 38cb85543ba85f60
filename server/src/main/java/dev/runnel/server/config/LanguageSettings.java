package dev.runnel.server.config;

import dev.runnel.server.yaml.InvalidKeyException;
import java.util.List;
import java.util.Optional;

/// What an operator decides for one language.
///
/// @param preload modules that its warm interpreter imports before any program is there; absent: those of its
///     language.yaml
public record LanguageSettings(Optional<List<String>> preload) {
    /// Neither blanks nor commas nor colons: names are handed over as one list in a variable.
    private static final String MODULE = "[A-Za-z0-9_@][A-Za-z0-9_@./-]{0,127}";

    public LanguageSettings {
        preload = preload.map(List::copyOf);
        preload.ifPresent(LanguageSettings::checkPreload);
    }

    /// Refuses a list with anything that is no module's name.
    public static void checkPreload(List<String> modules) {
        for (var module : modules) {
            InvalidKeyException.unless(module.matches(MODULE), "preload", "not the name of a module: '" + module + "'");
        }
    }
}
