package dev.runnel.server.config;

import dev.runnel.server.yaml.Default;
import dev.runnel.server.yaml.InvalidKeyException;
import java.nio.file.Path;
import java.util.Optional;

/// The executor that opens bubblewrap sandboxes with the host's interpreters.
///
/// @param bubblewrap the program; absent: `bwrap` on the PATH
/// @param uids one for each sandbox, used only when the daemon is root; must belong to nobody else. A
///     nursery takes one more than there may be sandboxes
/// @param maxSandboxes at one time, those of sessions included
/// @param cgroups whether limits may be enforced by cgroups
/// @param cells whether sandboxes are cells
/// @param nurseries what cells are opened in
public record ProcessExecutorSettings(
        @Default("true") boolean enabled,
        Optional<Path> bubblewrap,
        @Default("1900000000-1900065535") UidRange uids,
        @Default("64") int maxSandboxes,
        @Default("auto") Cgroups cgroups,
        @Default("auto") Cells cells,
        NurserySettings nurseries) {
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

    /// Whether sandboxes are cells.
    public enum Cells {
        /// Where a cell can be opened; otherwise every sandbox is started cold.
        AUTO,
        /// Never.
        OFF,
        /// Always; where none can be opened there are no sandboxes.
        REQUIRED
    }
}
