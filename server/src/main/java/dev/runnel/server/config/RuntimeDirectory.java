package dev.runnel.server.config;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/// Where the daemon keeps its sockets, content and spooled events: a directory that nobody else can enter.
///
/// @param uid the daemon's own
/// @param userRuntimeDirectory what XDG_RUNTIME_DIR names
/// @param run the system's /run
/// @param tmp the system's /tmp
public record RuntimeDirectory(int uid, Optional<Path> userRuntimeDirectory, Path run, Path tmp) {
    /// As this process finds it.
    ///
    /// @throws IOException when there is no /proc
    public static RuntimeDirectory ofThisProcess(Map<String, String> environment) throws IOException {
        var uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        var xdg = Optional.ofNullable(environment.get("XDG_RUNTIME_DIR"))
                .filter(text -> !text.isBlank())
                .map(Path::of)
                .filter(Path::isAbsolute);
        return new RuntimeDirectory(uid, xdg, Path.of("/run"), Path.of("/tmp"));
    }

    /// Which one it is: the configured one, or for root `/run/runnel`, for others `$XDG_RUNTIME_DIR/runnel`, or
    /// `/tmp/runnel-UID`.
    public Path choose(Optional<Path> configured) {
        if (configured.isPresent()) {
            return configured.get();
        }
        if (uid == 0) {
            return run.resolve("runnel");
        }
        return userRuntimeDirectory
                .map(directory -> directory.resolve("runnel"))
                .orElse(tmp.resolve("runnel-" + uid));
    }

    /// Makes it if it is missing, with mode 0700.
    ///
    /// @throws IOException when it can't be made, or when it is a link, somebody else's, or open to others: then
    ///     whoever made it could read or replace what the daemon puts there
    public Path open(Optional<Path> configured) throws IOException {
        var directory = choose(configured);
        Files.createDirectories(directory.resolveSibling(""));
        try {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException _) {
            // it is checked below, as a new one is
        }
        check(directory);
        return directory;
    }

    private void check(Path directory) throws IOException {
        var attributes = Files.readAttributes(directory, "unix:isDirectory,uid,mode", LinkOption.NOFOLLOW_LINKS);
        if (!Boolean.TRUE.equals(attributes.get("isDirectory"))) {
            throw new IOException(directory + " is not a directory: name another runtime_directory");
        }
        if (!Integer.valueOf(uid).equals(attributes.get("uid"))) {
            throw new IOException(directory + " belongs to uid " + attributes.get("uid") + ", not to the daemon's uid "
                    + uid + ": remove it or name another runtime_directory");
        }
        var others = (Integer) attributes.getOrDefault("mode", 0777) & 0077;
        if (others != 0) {
            throw new IOException(
                    directory + " is open to other users: chmod 0700 it or name another runtime_directory");
        }
    }
}
