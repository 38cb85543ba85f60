package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.Durations;
import dev.runnel.server.yaml.InvalidKeyException;
import dev.runnel.server.yaml.NearestName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// What programs may use.
///
/// @param defaultProfile the one for requests that name none
/// @param profiles by name, in the order of the file; naming any replaces all the built-in ones
public record LimitSettings(
        @Default("default") String defaultProfile,

        @Default(BUILT_IN_PROFILES) Map<String, LimitProfile> profiles,

        LimitCeilings ceilings) {
    /// The three named ones are those that AutoGen's and AG2's users know.
    static final String BUILT_IN_PROFILES = """
            default: {description: "used when none is named"}
            simple: {description: "short calculations and text", memory: 256MiB, cpu_millis: 500, wall_time: 30s, cpu_time: 30s}
            medium: {description: "data analysis", memory: 512MiB, cpu_millis: 1000, wall_time: 120s, cpu_time: 120s}
            complex: {description: "long or large work", memory: 1GiB, cpu_millis: 2000, wall_time: 600s, cpu_time: 1200s, disk: 512MiB, file_size: 512MiB}
            """;

    public LimitSettings {
        profiles = Collections.unmodifiableMap(new LinkedHashMap<>(profiles));
        InvalidKeyException.unless(!profiles.isEmpty(), "profiles", "there must be at least one");
        InvalidKeyException.unless(
                profiles.containsKey(defaultProfile),
                "default_profile",
                "there is no profile '" + defaultProfile + "' (did you mean '"
                        + NearestName.to(defaultProfile, profiles.keySet()) + "'?)");
        for (var profile : profiles.entrySet()) {
            checkName(profile.getKey());
            checkCeilings("profiles." + profile.getKey(), profile.getValue().values(), ceilings.values());
        }
    }

    private static void checkName(String name) {
        InvalidKeyException.unless(
                name.matches("[A-Za-z0-9._-]{1,128}"),
                "profiles",
                "a profile's name has letters, digits, '.', '_' and '-' only, at most 128");
    }

    private static void checkCeilings(String path, LimitValues values, LimitValues ceilings) {
        var wall = ceilings.wallTime();
        below(path + ".wall_time", values.wallTime().compareTo(wall) <= 0, Durations.format(wall));
        var cpu = ceilings.cpuTime();
        below(path + ".cpu_time", values.cpuTime().compareTo(cpu) <= 0, Durations.format(cpu));
        below(path + ".memory", values.memory().compareTo(ceilings.memory()) <= 0, ceilings.memory());
        below(path + ".processes", values.processes() <= ceilings.processes(), ceilings.processes());
        below(path + ".cpu_millis", values.cpuMillis() <= ceilings.cpuMillis(), ceilings.cpuMillis());
        below(path + ".output", values.output().compareTo(ceilings.output()) <= 0, ceilings.output());
        below(path + ".disk", values.disk().compareTo(ceilings.disk()) <= 0, ceilings.disk());
        below(path + ".file_size", values.fileSize().compareTo(ceilings.fileSize()) <= 0, ceilings.fileSize());
    }

    private static void below(String path, boolean holds, Object ceiling) {
        InvalidKeyException.unless(holds, path, "is above its ceiling, " + ceiling + " (limits.ceilings)");
    }
}
