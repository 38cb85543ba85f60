package dev.runnel.server.routing;

import dev.runnel.server.execution.ExecutionSpec;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.util.ArrayList;
import java.util.List;

/// What a session has fixed once it is created: the sandbox, and all that limits it as a whole.
final class FixedFields {
    private FixedFields() {}

    /// Refuses a spec in a session that names any of it.
    ///
    /// @throws RefusedException naming each
    static void refuse(ExecutionSpec spec) throws RefusedException {
        var fields = new ArrayList<String>();
        add(fields, "minimum_isolation", spec.minimumIsolation().isPresent());
        add(fields, "executor", spec.executor().isPresent());
        add(fields, "require_cell", spec.requireCell());
        add(fields, "image", spec.image().isPresent());
        add(fields, "mounts", !spec.extras().mounts().isEmpty());
        add(fields, "devices", !spec.extras().devices().isEmpty());
        add(fields, "hosts", !spec.extras().hosts().isEmpty());
        var limits = spec.limits();
        add(fields, "limits.profile", limits.profile().isPresent());
        add(fields, "limits.memory_bytes", limits.memory().isPresent());
        add(fields, "limits.processes", limits.processes().isPresent());
        add(fields, "limits.cpu_millis", limits.cpuMillis().isPresent());
        add(fields, "limits.disk_bytes", limits.disk().isPresent());
        if (!fields.isEmpty()) {
            throw new RefusedException(
                    new Refusal.FixedBySession(fields),
                    "the session has fixed it, leave it out: " + String.join(", ", fields));
        }
    }

    private static void add(List<String> fields, String field, boolean named) {
        if (named) {
            fields.add("spec." + field);
        }
    }
}
