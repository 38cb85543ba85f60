package dev.runnel.server.content;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.executors.spi.SandboxException;
import dev.runnel.executors.spi.SandboxException.Reason;
import dev.runnel.executors.spi.Workspace;
import dev.runnel.executors.spi.Workspace.FileEntry;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.refusal.RefusedException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Copies files that match globs from a workspace into a [ContentStore].
///
/// What is in the workspace is a guest's: sizes are bounded here, and a file that changed since it was listed is
/// what it is when it is read.
public final class WorkspaceArtifacts implements ArtifactCollector {
    private static final Logger log = LoggerFactory.getLogger(WorkspaceArtifacts.class);

    /// Entries of a workspace that are looked at.
    private static final int MAX_ENTRIES = 100_000;

    /// Artifacts of one execution.
    private static final int MAX_ARTIFACTS = 1_000;

    private final ContentStore store;
    private final DataSize atMost;

    /// @param atMost the greatest artifact
    public WorkspaceArtifacts(ContentStore store, DataSize atMost) {
        this.store = store;
        this.atMost = atMost;
    }

    @Override
    public List<Artifact> collect(Tenant tenant, Workspace workspace, List<String> globs) throws InterruptedException {
        Workspace.Listing listing;
        try {
            listing = workspace.list(WorkspacePath.ROOT, MAX_ENTRIES);
        } catch (SandboxException e) {
            log.atInfo().addKeyValue("reason", e.reason()).log("a workspace can't be listed for artifacts");
            return List.of(new Artifact.Skipped("", SkipReason.UNREADABLE));
        }
        var artifacts = new ArrayList<Artifact>();
        for (var entry : matching(listing.entries(), globs)) {
            if (artifacts.size() >= MAX_ARTIFACTS) {
                artifacts.add(new Artifact.Skipped("", SkipReason.QUOTA));
                return artifacts;
            }
            artifacts.add(take(tenant, workspace, entry));
        }
        if (listing.skipped() > 0) {
            artifacts.add(new Artifact.Skipped("", SkipReason.NAME));
        }
        if (listing.truncated()) {
            artifacts.add(new Artifact.Skipped("", SkipReason.QUOTA));
        }
        return artifacts;
    }

    /// Directories are never artifacts, and only in the way of `**`: they are passed over in silence.
    private static List<FileEntry> matching(List<FileEntry> entries, List<String> globs) {
        var patterns = globs.stream().map(Glob::new).toList();
        return entries.stream()
                .filter(entry -> entry.type() != FileEntry.Type.DIRECTORY)
                .filter(entry -> patterns.stream()
                        .anyMatch(pattern -> pattern.matches(entry.path().value())))
                .sorted(Comparator.comparing(entry -> entry.path().value()))
                .toList();
    }

    private Artifact take(Tenant tenant, Workspace workspace, FileEntry entry) throws InterruptedException {
        var path = entry.path().value();
        if (entry.type() != FileEntry.Type.FILE) {
            return new Artifact.Skipped(path, SkipReason.NOT_A_FILE);
        }
        if (entry.size() > atMost.bytes()) {
            return new Artifact.Skipped(path, SkipReason.TOO_LARGE);
        }
        try (var upload = store.upload(tenant, Optional.empty(), OptionalLong.empty())) {
            var taken = workspace.get(entry.path(), atMost, new UploadStream(upload));
            var stored = upload.commit();
            return new Artifact.Kept(entry.path(), stored.size(), taken.mode(), stored.digest(), stored.expires());
        } catch (QuotaReached | RefusedException _) {
            return new Artifact.Skipped(path, SkipReason.QUOTA);
        } catch (SandboxException e) {
            return new Artifact.Skipped(path, reason(e.reason()));
        } catch (IOException e) {
            log.warn("an artifact can't be stored", e);
            return new Artifact.Skipped(path, SkipReason.UNREADABLE);
        }
    }

    private static SkipReason reason(Reason reason) {
        if (reason instanceof Reason.FileRefused refused) {
            return switch (refused.problem()) {
                case TOO_LARGE -> SkipReason.TOO_LARGE;
                case NOT_A_REGULAR_FILE, LINK_ON_THE_WAY -> SkipReason.NOT_A_FILE;
                case NOT_FOUND, NO_SPACE, PERMISSION_DENIED, OTHER -> SkipReason.UNREADABLE;
            };
        }
        return SkipReason.UNREADABLE;
    }

    /// Carries a full store through [OutputStream], which only knows IOException.
    private static final class QuotaReached extends IOException {
        private static final long serialVersionUID = 1L;

        QuotaReached(RefusedException cause) {
            super(cause);
        }
    }

    private static final class UploadStream extends OutputStream {
        private final Upload upload;

        UploadStream(Upload upload) {
            this.upload = upload;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                upload.write(ByteBuffer.wrap(bytes, offset, length));
            } catch (RefusedException e) {
                throw new QuotaReached(e);
            }
        }
    }
}
