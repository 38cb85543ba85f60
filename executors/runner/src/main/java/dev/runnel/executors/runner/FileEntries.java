package dev.runnel.executors.runner;

import com.google.protobuf.ByteString;
import dev.runnel.executors.spi.Workspace.FileEntry;
import dev.runnel.executors.spi.Workspace.Listing;
import dev.runnel.executors.spi.WorkspacePath;
import dev.runnel.runner.v1.FileInfo;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads what a runner says about files. Names come from guests: what Java can't name is counted, what no
/// honest runner says is refused.
final class FileEntries {
    private static final int PERMISSION_BITS = 07777;
    private static final int PERMISSIONS_KEPT = 0777;

    private FileEntries() {}

    static FileEntry entry(WorkspacePath path, FileInfo file) throws ProtocolViolationException {
        var type = switch (file.getKind()) {
            case FILE_KIND_REGULAR -> FileEntry.Type.FILE;
            case FILE_KIND_DIRECTORY -> FileEntry.Type.DIRECTORY;
            case FILE_KIND_LINK -> FileEntry.Type.LINK;
            case FILE_KIND_OTHER -> FileEntry.Type.OTHER;
            case FILE_KIND_UNSPECIFIED, UNRECOGNIZED ->
                throw new ProtocolViolationException("file kind " + file.getKindValue());
        };
        if ((file.getMode() & ~PERMISSION_BITS) != 0) {
            throw new ProtocolViolationException("file mode " + Integer.toUnsignedString(file.getMode()));
        }
        return new FileEntry(
                path,
                type,
                type == FileEntry.Type.FILE ? Messages.natural("file size", file.getSize()) : 0,
                file.getMode() & PERMISSIONS_KEPT,
                Instant.EPOCH.plus(file.getModifiedMicros(), ChronoUnit.MICROS));
    }

    static Listing listing(WorkspacePath directory, dev.runnel.runner.v1.Listing listing)
            throws ProtocolViolationException {
        var entries = new ArrayList<FileEntry>(listing.getEntriesCount());
        var truncated = listing.getTruncated();
        var skipped = Messages.natural("skipped entries", listing.getSkipped());
        for (var file : listing.getEntriesList()) {
            if (!file.getPath().isValidUtf8()) {
                skipped++;
                continue;
            }
            var path = path(directory, file.getPath());
            if (path.isPresent()) {
                entries.add(entry(path.get(), file));
            } else {
                truncated = true;
            }
        }
        return new Listing(entries, truncated, (int) Math.min(skipped, Integer.MAX_VALUE));
    }

    /// Absent when it is longer or deeper than can be named.
    private static Optional<WorkspacePath> path(WorkspacePath directory, ByteString bytes)
            throws ProtocolViolationException {
        var text = bytes.toStringUtf8();
        for (var part : List.of(text.split("/", -1))) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0) {
                throw new ProtocolViolationException("a listing with a path that no file has");
            }
        }
        if (!directory.isRoot() && !text.startsWith(directory.value() + "/")) {
            throw new ProtocolViolationException("a listing with a path outside of what was asked for");
        }
        try {
            return Optional.of(WorkspacePath.of(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
