package dev.runnel.executors.spi;

/// A file on its way into a workspace.
///
/// @param path where it goes; missing directories are made, an existing file is replaced
/// @param mode permission bits, 0400 to 0777
public record InputFile(WorkspacePath path, int mode, Content content) {
    public InputFile {
        if (path.isRoot()) {
            throw new IllegalArgumentException("a file needs a name");
        }
        if ((mode & ~0777) != 0 || (mode & 0400) == 0) {
            throw new IllegalArgumentException("mode must be 0400 to 0777, was 0" + Integer.toOctalString(mode));
        }
    }
}
