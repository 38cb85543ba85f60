package dev.runnel.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;

/// What the distribution's build wrote down of the files that sandboxes get to see, so that one which was changed since
/// is not given to them: half an update, a prelude tried out in place, a bad disk. It is no wall: who may write these
/// files may write their digests too.
///
/// @param home the distribution
/// @param known SHA-256 in hexadecimal digits, by path beneath it
record Digests(Path home, Map<String, String> known) {
    private static final String FILE = "digests";
    private static final String REMEDY = ". Install the distribution again";
    /// Where Python keeps what it has compiled, on the machine where it runs.
    private static final Path COMPILED = Path.of("__pycache__");

    /// Those of a distribution, in the form of sha256sum(1).
    static Digests of(Path home) throws IOException {
        try (var lines = Files.lines(home.resolve(FILE))) {
            return new Digests(
                    home,
                    lines.map(line -> line.split(" [ *]", 2))
                            .collect(Collectors.toUnmodifiableMap(words -> words[1], words -> words[0])));
        } catch (NoSuchFileException e) {
            throw new IOException("the distribution is incomplete: " + e.getMessage() + " is missing" + REMEDY, e);
        }
    }

    /// Reads a file, or a folder with all that is in it. A folder of which the distribution has nothing is the
    /// operator's own, and passes.
    ///
    /// @throws IOException saying what was changed, removed or added since, where, and what to do
    void check(Path fileOrFolder) throws IOException {
        var path = relative(fileOrFolder);
        var expected = known.keySet().stream()
                .filter(name -> name.equals(path) || name.startsWith(path + "/"))
                .toList();
        if (expected.isEmpty() && Files.isDirectory(fileOrFolder)) {
            return;
        }
        for (var name : expected) {
            if (!Files.exists(home.resolve(name))) {
                throw new IOException("the distribution is incomplete: " + home.resolve(name) + " is missing" + REMEDY);
            }
        }
        try (var files = Files.walk(fileOrFolder)) {
            for (var file : (Iterable<Path>) files.filter(Digests::isChecked)::iterator) {
                checkFile(file);
            }
        }
    }

    private void checkFile(Path file) throws IOException {
        var expected = known.get(relative(file));
        if (expected == null) {
            throw new IOException(file + " is not of this distribution, and sandboxes would see it" + REMEDY);
        }
        var found = sha256(file);
        if (!found.equals(expected)) {
            throw new IOException(file + " was changed since the distribution was built (SHA-256 " + found
                    + " instead of " + expected + ")" + REMEDY);
        }
    }

    private String relative(Path file) {
        return home.relativize(file.toAbsolutePath()).toString();
    }

    private static boolean isChecked(Path file) {
        return !Files.isDirectory(file) && !file.resolveSibling("").endsWith(COMPILED);
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
