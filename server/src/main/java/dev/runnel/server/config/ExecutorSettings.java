package dev.runnel.server.config;

import dev.runnel.executors.spi.Isolation;
import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which executors there are.
///
/// @param preference which to try, in this order, when a request names none; an executor that is not here is only
///     used when a request names it
/// @param minimumIsolation the weakest that will do when a request names none
public record ExecutorSettings(
        @Default("[process]") List<String> preference,
        @Default("process") Isolation minimumIsolation,
        ProcessExecutorSettings process) {
    private static final Set<String> KNOWN = Set.of("process");

    public ExecutorSettings {
        preference = List.copyOf(preference);
        for (var name : preference) {
            InvalidKeyException.unless(
                    KNOWN.contains(name), "preference", "unknown executor '" + name + "' (known: process)");
        }
        InvalidKeyException.unless(
                new HashSet<>(preference).size() == preference.size(), "preference", "names an executor twice");
    }
}
