package dev.runnel.server.rpc;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A Unix socket's place in the file system, held by one daemon at a time.
///
/// The socket is bound inside a directory that only the daemon can enter, gets its mode and group there, and
/// is then moved to its place: nobody can connect before the mode holds, and a stale socket is replaced in
/// one step.
final class SocketFile implements AutoCloseable {
    /// Bits of st_mode, inode(7).
    private static final int FILE_TYPE = 0170000;

    private static final int SOCKET = 0140000;

    /// Linux's sun_path holds 108 bytes with the final NUL, unix(7).
    private static final int MAX_PATH_BYTES = 107;

    private final Path path;
    private final Path lockPath;
    private final FileChannel lock;
    private final Path nursery;
    private @Nullable Object published;

    private SocketFile(Path path, Path lockPath, FileChannel lock, Path nursery) {
        this.path = path;
        this.lockPath = lockPath;
        this.lock = lock;
        this.nursery = nursery;
    }

    /// Takes the place.
    ///
    /// @throws IOException when somebody listens there, or something that is no socket lies there
    static SocketFile claim(Path path) throws IOException {
        var directory = path.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException("a socket needs a directory: " + path);
        }
        var lockPath = path.resolveSibling(path.getFileName() + ".lock");
        var lock = lock(path, lockPath);
        try {
            checkFree(path);
            var nursery = directory.resolve(".s" + Integer.toHexString(new SecureRandom().nextInt()));
            checkLength(path, nursery);
            Files.createDirectory(
                    nursery, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return new SocketFile(path, lockPath, lock, nursery);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /// Where to bind.
    Path unpublished() {
        return nursery.resolve("s");
    }

    /// Puts the bound socket into its place.
    void publish(Set<PosixFilePermission> mode, Optional<String> group) throws IOException {
        var bound = unpublished();
        if (group.isPresent()) {
            var principal =
                    bound.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group.get());
            Files.getFileAttributeView(bound, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setGroup(principal);
        }
        Files.setPosixFilePermissions(bound, mode);
        published = Files.getAttribute(bound, "unix:ino", LinkOption.NOFOLLOW_LINKS);
        Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
        Files.delete(nursery);
    }

    /// Removes the socket, if it is still ours, and gives the place up.
    @Override
    public void close() throws IOException {
        try (lock) {
            Files.deleteIfExists(unpublished());
            Files.deleteIfExists(nursery);
            if (published != null
                    && Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                    && published.equals(Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS))) {
                Files.delete(path);
            }
            Files.deleteIfExists(lockPath);
        }
    }

    private static FileChannel lock(Path path, Path lockPath) throws IOException {
        var channel = FileChannel.open(lockPath, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException _) {
            // another daemon in this process
        }
        channel.close();
        throw taken(path);
    }

    private static void checkLength(Path path, Path nursery) throws IOException {
        var longer = nursery.resolve("s").toString().getBytes(StandardCharsets.UTF_8).length;
        if (longer > MAX_PATH_BYTES) {
            throw new IOException(path + " is too deep: a socket's path has at most " + MAX_PATH_BYTES
                    + " bytes, and the directory it is bound in first needs " + longer);
        }
    }

    private static void checkFree(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        // connect(2) refuses on a regular file just as on a socket without a listener, so the kind is looked at first.
        var mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        if ((mode & FILE_TYPE) != SOCKET) {
            throw new IOException(path + " is in the way of the daemon's socket: remove it or name another path");
        }
        try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException _) {
            return; // a socket that nobody listens on: left by a daemon that was killed
        }
        throw taken(path);
    }

    private static IOException taken(Path path) {
        return new IOException("another daemon listens on " + path + ": stop it or name another path");
    }
}
