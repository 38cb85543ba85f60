package dev.runnel.server.routing;

import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.WarmInterpreter;
import dev.runnel.server.config.LanguageSettings;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.yaml.YamlException;
import dev.runnel.server.yaml.YamlRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The languages there are, by name and alias. Immutable.
public final class Languages {
    static final String FILE = "language.yaml";

    private final SortedMap<String, Language> byName;
    private final Map<String, Language> byAnyName;

    private Languages(SortedMap<String, Language> byName, Map<String, Language> byAnyName) {
        this.byName = byName;
        this.byAnyName = byAnyName;
    }

    /// Reads every folder of `directory` that has a language.yaml.
    ///
    /// @param settings by name: what the operator decides for languages
    /// @throws YamlException naming the file, the key and the line; the daemon must not start
    public static Languages load(Path directory, Map<String, LanguageSettings> settings) throws YamlException {
        var byName = new TreeMap<String, Language>();
        try (var folders = Files.newDirectoryStream(directory, folder -> Files.exists(folder.resolve(FILE)))) {
            for (var folder : folders) {
                var language = read(folder);
                byName.put(language.name(), language);
            }
        } catch (IOException e) {
            throw new YamlException(directory + ": the languages can't be read: " + e.getMessage(), e);
        }
        if (byName.isEmpty()) {
            throw new YamlException(directory + ": holds no language: expected folders with a " + FILE);
        }
        for (var decided : settings.entrySet()) {
            var name = decided.getKey();
            byName.put(name, decide(directory, byName.values(), name, decided.getValue()));
        }
        return new Languages(Collections.unmodifiableSortedMap(byName), byAnyName(directory, byName.values()));
    }

    private static Language decide(
            Path directory, Collection<Language> languages, String name, LanguageSettings settings)
            throws YamlException {
        var language = languages.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> unknown("languages." + name, " in " + directory, languages));
        if (settings.preload().isEmpty()) {
            return language;
        }
        var warm = language.warm()
                .orElseThrow(() -> new YamlException(
                        "languages." + name + ".preload: no interpreter of " + name + " is kept warm"));
        return with(language, preloading(warm, settings.preload().get()));
    }

    private static YamlException unknown(String key, String where, Collection<Language> languages) {
        return new YamlException(key + ": there is no such language" + where + " (there are "
                + languages.stream().map(Language::name).collect(Collectors.joining(", ")) + ")");
    }

    private static WarmInterpreter preloading(WarmInterpreter warm, List<String> preload) {
        return new WarmInterpreter(
                warm.kind(), warm.command(), warm.environment(), preload, warm.coldVariables(), warm.prelude());
    }

    private static Language with(Language language, WarmInterpreter warm) {
        return new Language(
                language.name(),
                language.aliases(),
                language.mainFile(),
                language.command(),
                language.version(),
                language.environment(),
                language.prelude(),
                language.image(),
                Optional.of(warm));
    }

    private static Language read(Path folder) throws YamlException {
        var file = folder.resolve(FILE);
        var written = YamlRecords.load(file, LanguageFile.class);
        try {
            return written.language(folder);
        } catch (IllegalArgumentException e) {
            throw new YamlException(file + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, Language> byAnyName(Path directory, Collection<Language> languages)
            throws YamlException {
        var byAnyName = new HashMap<String, Language>();
        for (var language : languages) {
            byAnyName.put(language.name(), language);
        }
        for (var language : languages) {
            for (var alias : language.aliases()) {
                var other = byAnyName.put(alias, language);
                if (other != null) {
                    throw new YamlException(directory + ": '" + alias + "' is a name of both " + other.name() + " and "
                            + language.name());
                }
            }
        }
        return Map.copyOf(byAnyName);
    }

    /// By name or alias, without regard to case.
    public Optional<Language> find(String nameOrAlias) {
        return Optional.ofNullable(byAnyName.get(nameOrAlias.toLowerCase(Locale.ROOT)));
    }

    /// The one that a request names.
    ///
    /// @param field where it does
    /// @throws RefusedException naming those that there are
    public Language require(String field, String nameOrAlias) throws RefusedException {
        return find(nameOrAlias)
                .orElseThrow(() -> new RefusedException(
                        new Refusal.LanguageUnavailable(),
                        field + ": there is no such language here; there are: " + String.join(", ", byName.keySet())));
    }

    /// Makes sure that a key of the configuration is a language's own name.
    ///
    /// @param section where the key stands
    /// @throws YamlException naming those that there are
    public void requireName(String section, String name) throws YamlException {
        if (!byName.containsKey(name)) {
            throw unknown(section + "." + name, "", byName.values());
        }
    }

    /// All, in the order of their names.
    public Collection<Language> all() {
        return byName.values();
    }
}
