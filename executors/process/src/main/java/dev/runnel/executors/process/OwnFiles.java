package dev.runnel.executors.process;

import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.WarmInterpreter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Runnel's own files in sandboxes, nurseries and cells: the runner and the preludes of the languages.
///
/// In sandboxes they are bound from the host where the uid of a sandbox can reach them, and copied by way of the
/// launcher
/// where it can't, as in a checkout below /root.
///
/// @param daemonIsRoot whether sandboxes have uids of their own, which reach only what everybody does
record OwnFiles(boolean daemonIsRoot) {
    private static final Set<PosixFilePermission> EVERYBODY_ENTERS = Set.of(PosixFilePermission.OTHERS_EXECUTE);
    private static final Set<PosixFilePermission> EVERYBODY_READS = Set.of(PosixFilePermission.OTHERS_READ);
    private static final int MAX_PRELUDE_FILES = 64;

    /// In a sandbox with a runner of its own.
    List<RootEntry> inSandbox(Path runner, List<Language> languages) throws IOException {
        var entries = runFolder();
        entries.add(program(runner, BwrapCommand.RUNNER));
        entries.add(new RootEntry.Directory(BwrapCommand.RUN + "/preludes"));
        for (var language : languages) {
            if (language.prelude().isPresent()) {
                prelude(entries, language.prelude().get().toRealPath(), language.preludePath());
            }
        }
        return entries;
    }

    /// In a nursery, outside of its cells.
    ///
    /// @param forker the library with which an interpreter forks itself into cells
    List<RootEntry> inNursery(Path runner, Path init, Path forker, List<Language> languages) throws IOException {
        var entries = runFolder();
        entries.add(program(runner, BwrapCommand.RUNNER));
        entries.add(program(init, NurseryCommand.INIT));
        warm(entries, languages, WarmInterpreter.Kind.FORKED);
        for (var language : languages) {
            if (isForked(language)) {
                var inside = NurseryCommand.warmPath(language.name()) + "/" + forker.getFileName();
                entries.add(new RootEntry.Copy(forker.toRealPath(), inside, "0444"));
            }
        }
        return entries;
    }

    /// In a cell: all of it copies, because a bind tells the program in /proc/self/mountinfo where Runnel is installed.
    List<RootEntry> inCell(List<Language> languages) throws IOException {
        var entries = runFolder();
        entries.add(new RootEntry.Directory(BwrapCommand.RUN + "/preludes"));
        for (var language : languages) {
            if (language.prelude().isPresent()) {
                copy(entries, language.prelude().get().toRealPath(), language.preludePath());
            }
        }
        warm(entries, languages, WarmInterpreter.Kind.WAITING);
        return entries;
    }

    private static List<RootEntry> runFolder() {
        return new ArrayList<>(List.of(new RootEntry.Directory("/run"), new RootEntry.Directory(BwrapCommand.RUN)));
    }

    private RootEntry program(Path host, String inside) throws IOException {
        return reachable(host)
                ? new RootEntry.Bind(host.toRealPath(), inside)
                : new RootEntry.Copy(host.toRealPath(), inside, "0555");
    }

    private static void warm(List<RootEntry> entries, List<Language> languages, WarmInterpreter.Kind kind)
            throws IOException {
        entries.add(new RootEntry.Directory(BwrapCommand.RUN + "/warm"));
        for (var language : languages) {
            if (hasWarm(language, kind)) {
                var prelude = language.warm().orElseThrow().prelude();
                copy(entries, prelude.toRealPath(), NurseryCommand.warmPath(language.name()));
            }
        }
    }

    /// Whether its interpreter forks itself into cells.
    static boolean isForked(Language language) {
        return hasWarm(language, WarmInterpreter.Kind.FORKED);
    }

    private static boolean hasWarm(Language language, WarmInterpreter.Kind kind) {
        return language.warm().filter(warm -> warm.kind() == kind).isPresent();
    }

    private void prelude(List<RootEntry> entries, Path host, String inside) throws IOException {
        var allReachable = true;
        for (var file : files(host)) {
            allReachable &= reachable(file);
        }
        if (allReachable) {
            entries.add(new RootEntry.Bind(host, inside));
        } else {
            copy(entries, host, inside);
        }
    }

    private static void copy(List<RootEntry> entries, Path host, String inside) throws IOException {
        for (var file : files(host)) {
            var name = host.equals(file) ? inside : inside + "/" + host.relativize(file);
            entries.add(
                    Files.isDirectory(file) ? new RootEntry.Directory(name) : new RootEntry.Copy(file, name, "0444"));
        }
    }

    private static List<Path> files(Path prelude) throws IOException {
        try (var tree = Files.walk(prelude)) {
            var files = tree.toList();
            if (files.size() > MAX_PRELUDE_FILES) {
                throw new IOException("prelude " + prelude + " has more than " + MAX_PRELUDE_FILES
                        + " files: is it the right folder?");
            }
            return files;
        }
    }

    private boolean reachable(Path file) throws IOException {
        if (!daemonIsRoot) {
            return true;
        }
        var real = file.toRealPath();
        for (var parent = real.getParent(); parent != null; parent = parent.getParent()) {
            if (!Files.getPosixFilePermissions(parent).containsAll(EVERYBODY_ENTERS)) {
                return false;
            }
        }
        return Files.getPosixFilePermissions(real).containsAll(EVERYBODY_READS);
    }
}
