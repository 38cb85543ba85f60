package dev.runnel.executors.process;

import dev.runnel.executors.spi.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Runnel's own files in a sandbox: the runner and the preludes of the languages.
///
/// They are bound from the host where the uid of a sandbox can reach them, and copied by way of the launcher where it
/// can't, as in a checkout below /root.
///
/// @param daemonIsRoot whether sandboxes have uids of their own, which reach only what everybody does
record OwnFiles(boolean daemonIsRoot) {
    private static final Set<PosixFilePermission> EVERYBODY_ENTERS = Set.of(PosixFilePermission.OTHERS_EXECUTE);
    private static final Set<PosixFilePermission> EVERYBODY_READS = Set.of(PosixFilePermission.OTHERS_READ);
    private static final int MAX_PRELUDE_FILES = 64;

    List<RootEntry> entries(Path runner, List<Language> languages) throws IOException {
        var entries = new ArrayList<RootEntry>();
        entries.add(new RootEntry.Directory("/run"));
        entries.add(new RootEntry.Directory(BwrapCommand.RUN));
        entries.add(
                reachable(runner)
                        ? new RootEntry.Bind(runner.toRealPath(), BwrapCommand.RUNNER)
                        : new RootEntry.Copy(runner.toRealPath(), BwrapCommand.RUNNER, "0555"));
        entries.add(new RootEntry.Directory(BwrapCommand.RUN + "/preludes"));
        for (var language : languages) {
            if (language.prelude().isPresent()) {
                prelude(entries, language.prelude().get().toRealPath(), language.preludePath());
            }
        }
        return entries;
    }

    private void prelude(List<RootEntry> entries, Path host, String inside) throws IOException {
        List<Path> files;
        try (var tree = Files.walk(host)) {
            files = tree.toList();
        }
        if (files.size() > MAX_PRELUDE_FILES) {
            throw new IOException(
                    "prelude " + host + " has more than " + MAX_PRELUDE_FILES + " files: is it the right folder?");
        }
        var allReachable = true;
        for (var file : files) {
            allReachable &= reachable(file);
        }
        if (allReachable) {
            entries.add(new RootEntry.Bind(host, inside));
            return;
        }
        for (var file : files) {
            var name = host.equals(file) ? inside : inside + "/" + host.relativize(file);
            entries.add(
                    Files.isDirectory(file) ? new RootEntry.Directory(name) : new RootEntry.Copy(file, name, "0444"));
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
