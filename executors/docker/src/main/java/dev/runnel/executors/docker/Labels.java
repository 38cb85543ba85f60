package dev.runnel.executors.docker;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/// What tells our containers from others, and whose each is.
///
/// @param owner [Owner#id()]
/// @param instance which daemon's: the name of its [dev.runnel.executors.runner.InstanceDirectory]
record Labels(String owner, String instance) {
    static final String OWNER = "dev.runnel.owner";
    static final String INSTANCE = "dev.runnel.instance";
    /// Which of the instance's: the name of its folder.
    static final String SANDBOX = "dev.runnel.sandbox";
    /// When, for people: nothing decides by it.
    static final String CREATED = "dev.runnel.created";

    Map<String, String> of(String sandbox, Instant created) {
        return Map.of(
                OWNER,
                owner,
                INSTANCE,
                instance,
                SANDBOX,
                sandbox,
                CREATED,
                created.truncatedTo(ChronoUnit.SECONDS).toString());
    }
}
