package dev.runnel.server.content;

import dev.runnel.executors.spi.Workspace;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.auth.Tenant;
import java.time.Instant;
import java.util.List;

/// Takes files out of a workspace after its program has ended.
@FunctionalInterface
public interface ArtifactCollector {
    /// What became of every file that matches a glob, in the order of paths. Never fails: what can't be taken
    /// is skipped with a reason.
    List<Artifact> collect(Tenant tenant, Workspace workspace, List<String> globs) throws InterruptedException;

    /// What became of one file.
    sealed interface Artifact {
        /// It was kept.
        record Kept(WorkspacePath path, long size, int mode, Digest digest, Instant expires) implements Artifact {}

        /// It was not.
        ///
        /// @param path as far as it can be told; empty when it is about all that remain
        record Skipped(String path, SkipReason reason) implements Artifact {}
    }

    /// Why a file was not kept.
    enum SkipReason {
        TOO_LARGE,
        QUOTA,
        NOT_A_FILE,
        NAME,
        UNREADABLE
    }
}
