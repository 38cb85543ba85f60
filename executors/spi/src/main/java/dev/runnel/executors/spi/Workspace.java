package dev.runnel.executors.spi;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;

/// The files of a sandbox. All paths are resolved inside it, beneath its workspace, without following links.
///
/// Content written by a guest is hostile: sizes are bounded by the caller, what is read may differ from what
/// was
/// listed.
public interface Workspace {
    /// Writes a file, replacing what was there.
    ///
    /// @throws SandboxException with [SandboxException.Reason.FileRefused] (a link on the way, no room, not a
    ///     regular
    ///     file) or [SandboxException.Reason.Lost]
    void put(InputFile file) throws SandboxException, IOException, InterruptedException;

    /// Copies a regular file's bytes to `target`, which may block, and returns what was copied.
    ///
    /// @param atMost the file is refused when it is larger
    FileEntry get(WorkspacePath path, DataSize atMost, OutputStream target)
            throws SandboxException, IOException, InterruptedException;

    /// Everything beneath `directory`, depth first, in the order of names.
    ///
    /// @param atMost more entries than this: the listing is cut and says so
    Listing list(WorkspacePath directory, int atMost) throws SandboxException, InterruptedException;

    /// One entry. Its path is text only because names that are not UTF-8 are left out of a [Listing] and
    /// counted there.
    ///
    /// @param size logical bytes; 0 for what is not a regular file
    /// @param mode permission bits
    record FileEntry(WorkspacePath path, Type type, long size, int mode, Instant modified) {
        /// What an entry is.
        public enum Type {
            FILE,
            DIRECTORY,
            LINK,
            OTHER
        }
    }

    /// What a directory holds.
    ///
    /// @param truncated there was more than asked for, or it was nested deeper than can be named
    /// @param skipped entries whose names can't be told (not UTF-8) or directories that can't be read
    record Listing(List<FileEntry> entries, boolean truncated, int skipped) {
        public Listing {
            entries = List.copyOf(entries);
        }
    }
}
