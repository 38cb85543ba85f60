package dev.runnel.server.content;

import dev.runnel.server.auth.Tenant;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Content on its way into a [ContentStore]: nothing of it is stored until [#commit()] has checked it. Not
/// thread-safe.
public final class Upload implements AutoCloseable {
    private final ContentStore store;
    private final Tenant tenant;
    private final Path file;
    private final Optional<Digest> announced;
    private final OptionalLong announcedSize;
    private final FileChannel channel;
    private final MessageDigest sha256 = Digest.sha256();
    private long size;
    private boolean committed;

    Upload(ContentStore store, Tenant tenant, Path file, Optional<Digest> announced, OptionalLong announcedSize)
            throws IOException {
        this.store = store;
        this.tenant = tenant;
        this.file = file;
        this.announced = announced;
        this.announcedSize = announcedSize;
        channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /// Takes the next bytes.
    ///
    /// @throws RefusedException when they are more than was announced, or the tenant's content is full
    public void write(ByteBuffer bytes) throws RefusedException, IOException {
        var count = bytes.remaining();
        if (announcedSize.isPresent() && size + count > announcedSize.getAsLong()) {
            throw mismatch("size_bytes", "there are more bytes than were announced");
        }
        store.reserve(tenant, count);
        size += count;
        sha256.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// That was all.
    ///
    /// @throws RefusedException when it is not what was announced; nothing is stored then
    public ContentStore.Stored commit() throws RefusedException, IOException {
        if (announcedSize.isPresent() && size != announcedSize.getAsLong()) {
            throw mismatch("size_bytes", "there are fewer bytes than were announced");
        }
        var digest = Digest.of(sha256);
        if (announced.isPresent() && !announced.get().equals(digest)) {
            throw mismatch("digest", "the bytes have another digest than was announced");
        }
        channel.close();
        committed = true;
        return store.add(tenant, digest, file, size);
    }

    /// Forgets what was not committed.
    @Override
    public void close() throws IOException {
        channel.close();
        if (!committed) {
            Files.deleteIfExists(file);
            store.giveBackReserved(tenant, size);
            committed = true; // closed twice is closed once
        }
    }

    private static RefusedException mismatch(String field, String problem) {
        return new RefusedException(new Refusal.DigestMismatch("announcement." + field), problem);
    }
}
