package dev.runnel.executors.docker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/// Which system calls a container may make, its runner included: what the engine is told instead of its own list
/// (<https://docs.docker.com/engine/security/seccomp/>). docs/security/containers.md explains the groups.
///
/// The lists are resources in the engine's form. gVisor's runtime ignores them: it has a kernel of its own.
///
/// @param json as the engine takes it
record SeccompProfile(String json) {
    /// Of containers in which programs run beside their runner.
    static final SeccompProfile PLAIN = of("container");

    /// Of containers in which cells are made: what makes them is allowed besides. The runner forbids it to programs.
    static final SeccompProfile NURSERY = of("container", "nursery");

    private static final String RULES = "syscalls";
    private static final String NAMES = "names";

    /// A list, and others on top of it, each by its name. What an addition says of a call replaces all that was said of
    /// it before: two rules for one call are alternatives to the engine, or an error.
    static SeccompProfile of(String base, String... additions) {
        var profile = read(base);
        var rules = profile.withArray(RULES);
        for (var addition : additions) {
            var added = read(addition).withArray(RULES);
            forget(rules, namesOf(added));
            rules.addAll(added);
        }
        return new SeccompProfile(profile.toString());
    }

    /// As an option of a container.
    String option() {
        return "seccomp=" + json;
    }

    private static Set<String> namesOf(ArrayNode rules) {
        var names = new HashSet<String>();
        rules.forEach(rule -> rule.path(NAMES).forEach(name -> names.add(name.asText())));
        return names;
    }

    private static void forget(ArrayNode rules, Set<String> names) {
        for (var rule = rules.elements(); rule.hasNext(); ) {
            var named = (ArrayNode) rule.next().path(NAMES);
            for (var name = named.elements(); name.hasNext(); ) {
                if (names.contains(name.next().asText())) {
                    name.remove();
                }
            }
            if (named.isEmpty()) {
                rule.remove();
            }
        }
    }

    private static ObjectNode read(String name) {
        var file = name + ".seccomp.json";
        try (var list = Objects.requireNonNull(SeccompProfile.class.getResourceAsStream(file), file)) {
            return (ObjectNode) new ObjectMapper().readTree(list);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
