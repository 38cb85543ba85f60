package dev.runnel.server.content;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.runnel.executors.spi.DataSize;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one instance of the daemon keeps by digest, in files of its own, each tenant's apart from the others'.
///
/// Content is forgotten some time after its last use; what is held is in use. Nothing outlives the instance: a new
/// one starts empty. Thread-safe.
public final class ContentStore {
    private static final Logger log = LoggerFactory.getLogger(ContentStore.class);

    /// A file is named by a number, not by its digest, so that removing what has expired can't hit what was just
    /// stored again.
    private final Path directory;

    private final Bounds bounds;
    private final InstantSource clock;

    /// Guards all below. Files are written and removed outside of it.
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock") private final Map<Key, Entry> entries = new HashMap<>();

    /// Bytes stored and being stored.
    @GuardedBy("lock") private final Map<Tenant, Long> used = new HashMap<>();

    @GuardedBy("lock") private long files;

    private record Key(Tenant tenant, Digest digest) {}

    private static final class Entry {
        final Path file;
        final long size;
        Instant lastUsed;
        int holds;

        Entry(Path file, long size, Instant lastUsed) {
            this.file = file;
            this.size = size;
            this.lastUsed = lastUsed;
        }
    }

    /// How much and how long.
    ///
    /// @param perTenant bytes of one tenant together
    /// @param expiry how long after its last use
    public record Bounds(DataSize perTenant, Duration expiry) {}

    /// What was stored.
    ///
    /// @param expires unless it is used before
    public record Stored(Digest digest, long size, Instant expires) {}

    private ContentStore(Path directory, Bounds bounds, InstantSource clock) {
        this.directory = directory;
        this.bounds = bounds;
        this.clock = clock;
    }

    /// Opens an empty store and removes what an earlier instance left there.
    ///
    /// @param directory the store's alone; made if it is missing
    public static ContentStore open(Path directory, Bounds bounds, InstantSource clock) throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (var left = Files.newDirectoryStream(directory)) {
            for (var file : left) {
                Files.delete(file);
            }
        }
        return new ContentStore(directory, bounds, clock);
    }

    /// Begins to take bytes. The caller closes the upload.
    ///
    /// @param announced what the bytes will turn out to be, if the client said so
    public Upload upload(Tenant tenant, Optional<Digest> announced, OptionalLong size) throws IOException {
        Path file;
        lock.lock();
        try {
            file = directory.resolve(Long.toString(files++));
        } finally {
            lock.unlock();
        }
        return new Upload(this, tenant, file, announced, size);
    }

    /// Keeps content from expiring until the hold is closed.
    ///
    /// @throws RefusedException when there is none, it has expired, or it is another tenant's
    public HeldContent hold(Tenant tenant, Digest digest) throws RefusedException {
        sweep();
        lock.lock();
        try {
            var entry = entries.get(new Key(tenant, digest));
            if (entry == null) {
                throw new RefusedException(
                        new Refusal.ContentNotFound(), "no such content, or it has expired: upload it (again)");
            }
            entry.holds++;
            return new HeldContent(entry.file, entry.size, () -> release(entry));
        } finally {
            lock.unlock();
        }
    }

    /// Removes what has expired. Called before everything that could notice, and now and then.
    public void sweep() {
        var expired = new ArrayList<Path>();
        var now = clock.instant();
        lock.lock();
        try {
            for (var contents = entries.entrySet().iterator(); contents.hasNext(); ) {
                var content = contents.next();
                var entry = content.getValue();
                if (entry.holds == 0 && !now.isBefore(entry.lastUsed.plus(bounds.expiry()))) {
                    contents.remove();
                    giveBack(content.getKey().tenant(), entry.size);
                    expired.add(entry.file);
                }
            }
        } finally {
            lock.unlock();
        }
        delete(expired);
    }

    /// Takes quota for bytes that are about to be written.
    void reserve(Tenant tenant, long bytes) throws RefusedException {
        if (!tryReserve(tenant, bytes)) {
            sweep();
            if (!tryReserve(tenant, bytes)) {
                throw new RefusedException(
                        new Refusal.TenantQuotaExceeded("content bytes", bounds.expiry()),
                        "the tenant's content is full (" + bounds.perTenant()
                                + "): wait until some has expired, or have retention.content_bytes raised");
            }
        }
    }

    void giveBackReserved(Tenant tenant, long bytes) {
        lock.lock();
        try {
            giveBack(tenant, bytes);
        } finally {
            lock.unlock();
        }
    }

    /// Makes a complete file known. What is known already is stored once, and counts as used now.
    Stored add(Tenant tenant, Digest digest, Path file, long size) {
        var now = clock.instant();
        @Nullable Entry known;
        lock.lock();
        try {
            known = entries.putIfAbsent(new Key(tenant, digest), new Entry(file, size, now));
            if (known != null) {
                known.lastUsed = now;
                giveBack(tenant, size);
            }
        } finally {
            lock.unlock();
        }
        if (known != null) {
            delete(List.of(file));
        }
        return new Stored(digest, size, now.plus(bounds.expiry()));
    }

    private void release(Entry entry) {
        lock.lock();
        try {
            entry.holds--;
            entry.lastUsed = clock.instant();
        } finally {
            lock.unlock();
        }
    }

    private boolean tryReserve(Tenant tenant, long bytes) {
        lock.lock();
        try {
            var after = used.getOrDefault(tenant, 0L) + bytes;
            if (after > bounds.perTenant().bytes()) {
                return false;
            }
            used.put(tenant, after);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock") private void giveBack(Tenant tenant, long bytes) {
        used.computeIfPresent(tenant, (_, before) -> before == bytes ? null : before - bytes);
    }

    private static void delete(List<Path> files) {
        for (var file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                log.atWarn()
                        .setCause(e)
                        .log("expired content can't be removed; it stays until the daemon's next start");
            }
        }
    }
}
