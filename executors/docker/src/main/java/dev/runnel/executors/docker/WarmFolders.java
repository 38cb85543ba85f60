package dev.runnel.executors.docker;

import dev.runnel.executors.spi.Language;
import dev.runnel.executors.spi.WarmInterpreter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What holds the interpreters that are kept warm, in folders that nurseries show, and containers in which one waits:
/// copies, because the library with which an interpreter forks itself must lie beside its prelude.
///
/// @param shown by their path inside
record WarmFolders(Map<String, Path> shown) {
    private static final int MAX_FILES = 64;

    WarmFolders {
        shown = Map.copyOf(shown);
    }

    /// Where a language's folder is, inside.
    static String inside(String language) {
        return ContainerSpec.RUN + "/warm/" + language;
    }

    /// That of one language, by its path inside.
    Map<String, Path> of(String language) {
        var inside = inside(language);
        return Map.of(inside, Objects.requireNonNull(shown.get(inside)));
    }

    /// @param folder for all of them, not made yet
    /// @param forker `_runnel_cell.abi3.so`
    static WarmFolders make(Path folder, List<Language> languages, Path forker) throws IOException {
        var shown = new LinkedHashMap<String, Path>();
        directory(folder);
        for (var language : languages) {
            if (language.warm().isPresent()) {
                var warm = language.warm().get();
                var copy = folder.resolve(language.name());
                copy(warm.prelude(), copy);
                if (warm.kind() == WarmInterpreter.Kind.FORKED) {
                    file(forker, copy.resolve(forker.getFileName()));
                }
                shown.put(inside(language.name()), copy);
            }
        }
        return new WarmFolders(shown);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var tree = Files.walk(from)) {
            var files = tree.toList();
            if (files.size() > MAX_FILES) {
                throw new IOException(
                        "prelude " + from + " has more than " + MAX_FILES + " files: is it the right folder?");
            }
            for (var file : files) {
                var copy = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    directory(copy);
                } else {
                    file(file, copy);
                }
            }
        }
    }

    private static void directory(Path path) throws IOException {
        Files.createDirectory(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void file(Path from, Path to) throws IOException {
        Files.copy(from, to);
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("r--r--r--"));
    }
}
