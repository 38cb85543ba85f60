package dev.runnel.executors.process;

import java.nio.file.Path;
import java.util.List;

/// One thing in the root that a program sees. The root is a tmpfs of the sandbox's own and becomes read-only before
/// the runner starts.
sealed interface RootEntry {
    /// Bubblewrap's options for it.
    List<String> options(Descriptors descriptors);

    /// The same in a root that is assembled at `folder` of another.
    RootEntry below(String folder);

    /// A file or folder of the host, read-only.
    record Bind(Path host, String inside) implements RootEntry {
        @Override
        public List<String> options(Descriptors descriptors) {
            return List.of("--ro-bind", host.toString(), inside);
        }

        @Override
        public RootEntry below(String folder) {
            return new Bind(host, folder + inside);
        }
    }

    /// A symbolic link, whose target is as the sandbox sees it.
    record Link(String target, String inside) implements RootEntry {
        @Override
        public List<String> options(Descriptors descriptors) {
            return List.of("--symlink", target, inside);
        }

        @Override
        public RootEntry below(String folder) {
            return new Link(target, folder + inside);
        }
    }

    /// An empty folder. Bubblewrap makes missing parents too, but closed to all but the sandbox's uid.
    record Directory(String inside) implements RootEntry {
        @Override
        public List<String> options(Descriptors descriptors) {
            return List.of("--perms", "0755", "--dir", inside);
        }

        @Override
        public RootEntry below(String folder) {
            return new Directory(folder + inside);
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

        @Override
        public RootEntry below(String folder) {
            return new Copy(host, folder + inside, mode);
        }
    }

    /// A file that is there but can't be opened: a device node in a place where device nodes don't work.
    record MaskedFile(String inside) implements RootEntry {
        @Override
        public List<String> options(Descriptors descriptors) {
            return List.of("--ro-bind", "/dev/null", inside);
        }

        @Override
        public RootEntry below(String folder) {
            return new MaskedFile(folder + inside);
        }
    }

    /// A folder that is there but empty.
    record MaskedDirectory(String inside) implements RootEntry {
        @Override
        public List<String> options(Descriptors descriptors) {
            return List.of("--perms", "0555", "--tmpfs", inside, "--remount-ro", inside);
        }

        @Override
        public RootEntry below(String folder) {
            return new MaskedDirectory(folder + inside);
        }
    }

    /// A device of the host's.
    record Device(String inside, String host) implements RootEntry {
        @Override
        public List<String> options(Descriptors descriptors) {
            return List.of("--dev-bind", host, inside);
        }

        @Override
        public RootEntry below(String folder) {
            return new Device(folder + inside, host);
        }
    }
}
