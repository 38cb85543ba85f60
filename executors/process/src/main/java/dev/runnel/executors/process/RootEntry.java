package dev.runnel.executors.process;

import java.nio.file.Path;
import java.util.List;

/// One thing in the root that a program sees. The root is a tmpfs of the sandbox's own and becomes read-only before
/// the runner starts.
sealed interface RootEntry {
    /// Bubblewrap's options for it.
    List<String> options(Descriptors descriptors);

    /// A file or folder of the host, read-only.
    record Bind(Path host, String inside) implements RootEntry {
        @Override
        public List<String> options(Descriptors descriptors) {
            return List.of("--ro-bind", host.toString(), inside);
        }
    }

    /// A symbolic link.
    record Link(String target, String inside) implements RootEntry {
        @Override
        public List<String> options(Descriptors descriptors) {
            return List.of("--symlink", target, inside);
        }
    }

    /// An empty folder. Bubblewrap makes missing parents too, but closed to all but the sandbox's uid.
    record Directory(String inside) implements RootEntry {
        @Override
        public List<String> options(Descriptors descriptors) {
            return List.of("--perms", "0755", "--dir", inside);
        }
    }

    /// A copy of a file, read by the launcher: for what the sandbox's uid can't reach on the host.
    ///
    /// @param mode octal
    record Copy(Path host, String inside, String mode) implements RootEntry {
        @Override
        public List<String> options(Descriptors descriptors) {
            return List.of("--perms", mode, "--file", descriptors.read(host), inside);
        }
    }

    /// A file that is there but can't be opened: a device node in a place where device nodes don't work.
    record MaskedFile(String inside) implements RootEntry {
        @Override
        public List<String> options(Descriptors descriptors) {
            return List.of("--ro-bind", "/dev/null", inside);
        }
    }

    /// A folder that is there but empty.
    record MaskedDirectory(String inside) implements RootEntry {
        @Override
        public List<String> options(Descriptors descriptors) {
            return List.of("--perms", "0555", "--tmpfs", inside, "--remount-ro", inside);
        }
    }
}
