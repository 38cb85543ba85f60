package dev.runnel.executors.process;

import dev.runnel.executors.spi.DataSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Bubblewrap's command line for a nursery, in which only the runner and interpreters without a program ever run, and
/// below [#CELL] the tree that the runner makes the root of every cell.
///
/// Unlike a sandbox's own command line ([BwrapCommand]) it forbids no user namespaces, because each cell has one, and
/// hides nothing in /proc, because the kernel gives no new /proc to a namespace in which something covers the old one.
///
/// @param bwrap its binary
/// @param root what is in the nursery's root, from the outside in
/// @param cell what is in a cell's, likewise, besides what the runner mounts
record NurseryCommand(Path bwrap, List<RootEntry> root, List<RootEntry> cell) {
    static final String CELL = "/cell";
    static final String INIT = BwrapCommand.RUN + "/cell-init";

    /// The ids of cells in the nursery's user namespace, where it has more than the runner's.
    static final int FIRST_CELL_UID = 2000;

    private static final DataSize TMP = DataSize.ofMebibytes(16);
    private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom", "tty");
    private static final List<String> MOUNTED_BY_THE_RUNNER =
            List.of("/proc", "/tmp", BwrapCommand.WORKSPACE, "/dev/shm", "/dev/pts");

    NurseryCommand {
        root = List.copyOf(root);
        cell = List.copyOf(cell);
    }

    /// Where a language's warm prelude lies in the nursery, and in its cells where the interpreter waits in them.
    static String warmPath(String language) {
        return BwrapCommand.RUN + "/warm/" + language;
    }

    /// The whole argv.
    ///
    /// @param namespace the descriptor of a user namespace with a uid for each cell; without it bubblewrap makes
    ///     one with a single uid
    /// @param runner the runner's argv
    List<String> argv(Optional<String> namespace, Descriptors descriptors, List<String> runner) {
        var argv = new ArrayList<String>();
        argv.add(bwrap.toString());
        argv.addAll(namespace.map(number -> List.of("--userns", number)).orElse(List.of("--unshare-user")));
        argv.addAll(BwrapCommand.OTHER_NAMESPACES);
        argv.addAll(BwrapCommand.IDENTITY);
        if (namespace.isPresent()) {
            // To map each cell to a uid of its own, and to act as that uid on the cell's workspace.
            argv.addAll(List.of("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"));
        }
        argv.add("--clearenv");
        root.forEach(entry -> argv.addAll(entry.options(descriptors)));
        argv.addAll(List.of("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"));
        argv.addAll(new RootEntry.Directory(BwrapCommand.WORKSPACE).options(descriptors));
        BwrapCommand.tmpfs(argv, "1777", TMP, "/tmp");
        argv.addAll(List.of("--perms", "0755", "--tmpfs", CELL));
        Stream.concat(cell.stream(), places())
                .forEach(entry -> argv.addAll(entry.below(CELL).options(descriptors)));
        argv.addAll(List.of("--remount-ro", CELL, "--remount-ro", "/", "--chdir", BwrapCommand.WORKSPACE, "--"));
        argv.addAll(runner);
        return argv;
    }

    /// A /dev without a file system of its own, which the root's being read-only covers, and what is mounted over.
    private static Stream<RootEntry> places() {
        var places = new ArrayList<RootEntry>();
        places.add(new RootEntry.Directory("/dev"));
        MOUNTED_BY_THE_RUNNER.forEach(place -> places.add(new RootEntry.Directory(place)));
        DEVICES.forEach(name -> places.add(new RootEntry.Device("/dev/" + name, "/dev/" + name)));
        places.add(new RootEntry.Link("pts/ptmx", "/dev/ptmx"));
        places.add(new RootEntry.Link("/proc/self/fd", "/dev/fd"));
        places.add(new RootEntry.Link("/proc/self/fd/0", "/dev/stdin"));
        places.add(new RootEntry.Link("/proc/self/fd/1", "/dev/stdout"));
        places.add(new RootEntry.Link("/proc/self/fd/2", "/dev/stderr"));
        return places.stream();
    }
}
