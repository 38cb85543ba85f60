package dev.runnel.server.config;

import dev.runnel.executors.spi.Isolation;
import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Which executors there are.
///
/// @param preference which to try, in this order, when a request names none; an executor that is not here is only
///     used when a request names it
/// @param minimumIsolation the weakest that will do when a request names none
public record ExecutorSettings(
        @Default("[process]") List<String> preference,
        @Default("process") Isolation minimumIsolation,
        ProcessExecutorSettings process,
        DockerExecutorSettings docker) {
    static final List<String> KNOWN = List.of("process", "docker");

    public ExecutorSettings {
        preference = List.copyOf(preference);
        var known = new ArrayList<>(KNOWN);
        docker.runtimes().keySet().stream().sorted().forEach(known::add);
        for (var name : preference) {
            InvalidKeyException.unless(
                    known.contains(name),
                    "preference",
                    "unknown executor '" + name + "' (known: " + String.join(", ", known) + ")");
        }
        InvalidKeyException.unless(
                new HashSet<>(preference).size() == preference.size(), "preference", "names an executor twice");
    }

    /// How many sandboxes there may be at one time in those that are enabled.
    int maxSandboxes() {
        return (process.enabled() ? process.maxSandboxes() : 0) + (docker.enabled() ? docker.allSandboxes() : 0);
    }
}
