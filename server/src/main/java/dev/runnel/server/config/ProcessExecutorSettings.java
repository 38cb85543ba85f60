package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.nio.file.Path;
import java.util.Optional;

/// The executor that opens bubblewrap sandboxes with the host's interpreters.
///
/// @param bubblewrap the program; absent: `bwrap` on the PATH
/// @param uids one for each sandbox, used only when the daemon is root; must belong to nobody else
/// @param maxSandboxes at one time, those of sessions included
/// @param cgroups whether limits may be enforced by cgroups
public record ProcessExecutorSettings(
        @Default("true") boolean enabled,
        Optional<Path> bubblewrap,
        @Default("1900000000-1900065535") UidRange uids,
        @Default("64") int maxSandboxes,
        @Default("auto") Cgroups cgroups) {
    public ProcessExecutorSettings {
        if (bubblewrap.isPresent()) {
            Rules.absolute("bubblewrap", bubblewrap.get());
        }
        Rules.positive("max_sandboxes", maxSandboxes);
        InvalidKeyException.unless(
                uids.size() >= maxSandboxes,
                "uids",
                "has " + uids.size() + " uids for at most " + maxSandboxes + " sandboxes, each of which needs its own");
    }

    /// Whether cgroups are used.
    public enum Cgroups {
        /// Where the daemon may make them; otherwise rlimits.
        AUTO,
        /// Never.
        OFF
    }
}
