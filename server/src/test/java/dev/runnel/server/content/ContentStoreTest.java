package dev.runnel.server.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runnel.executors.spi.DataSize;
import dev.runnel.server.auth.Tenant;
import dev.runnel.server.refusal.Refusal;
import dev.runnel.server.refusal.RefusedException;
import dev.runnel.server.testing.MovableClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentStoreTest {
    private static final Tenant ALICE = new Tenant("alice");
    private static final Tenant BOB = new Tenant("bob");
    private static final Duration EXPIRY = Duration.ofHours(1);

    @TempDir
    Path directory;

    private final MovableClock clock = new MovableClock();
    private ContentStore store;

    @BeforeEach
    void open() throws IOException {
        store = reopen();
    }

    private ContentStore reopen() throws IOException {
        var bounds = new ContentStore.Bounds(DataSize.ofBytes(100), EXPIRY);
        return ContentStore.open(directory.resolve("content"), bounds, clock);
    }

    @Test
    void whatWasStoredIsReadByItsDigest() throws Exception {
        var stored = store(ALICE, "hello");

        assertThat(stored.digest()).isEqualTo(Digest.of(bytes("hello")));
        assertThat(stored.size()).isEqualTo(5);
        assertThat(stored.expires()).isEqualTo(clock.instant().plus(EXPIRY));
        assertThat(read(ALICE, stored.digest())).isEqualTo("hello");
    }

    @Test
    void emptyContentIsContent() throws Exception {
        assertThat(read(ALICE, store(ALICE, "").digest())).isEmpty();
    }

    @Test
    void anotherTenantFindsNothingAndHearsTheSameAsForNothing() throws Exception {
        var digest = store(ALICE, "hello").digest();

        var foreign = refusal(() -> store.hold(BOB, digest));
        var unknown = refusal(() -> store.hold(BOB, Digest.of(bytes("never stored"))));
        assertThat(foreign.failure()).isEqualTo(unknown.failure());
        assertThat(foreign.failure().refusal()).isEqualTo(new Refusal.ContentNotFound());
    }

    @Test
    void nobodyElseOnTheMachineCanReadIt() throws Exception {
        store(ALICE, "hello");

        try (var files = Files.list(directory.resolve("content"))) {
            assertThat(files)
                    .singleElement()
                    .satisfies(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("content"))))
                .isEqualTo("rwx------");
    }

    @Test
    void bytesThatAreNotWhatWasAnnouncedAreNotStored() throws Exception {
        var announced = Digest.of(bytes("hello"));

        assertMismatch(() -> store(ALICE, "hallo", Optional.of(announced), OptionalLong.empty()));
        assertMismatch(() -> store(ALICE, "hello", Optional.empty(), OptionalLong.of(4)));
        assertMismatch(() -> store(ALICE, "hello", Optional.empty(), OptionalLong.of(6)));

        assertThat(directory.resolve("content")).isEmptyDirectory();
        assertThat(refusal(() -> store.hold(ALICE, announced)).failure().refusal())
                .isEqualTo(new Refusal.ContentNotFound());
    }

    @Test
    void theSameContentIsStoredOnceAndKeptLonger() throws Exception {
        store(ALICE, "x".repeat(40));
        clock.advance(EXPIRY.minusSeconds(1));

        var again = store(ALICE, "x".repeat(40));

        assertThat(again.expires()).isEqualTo(clock.instant().plus(EXPIRY));
        assertThat(directory.resolve("content")).isDirectoryNotContaining("glob:**/1");
        assertThat(store(ALICE, "y".repeat(60)).size()).as("it counts once").isEqualTo(60);
        clock.advance(EXPIRY.minusSeconds(1));
        assertThat(read(ALICE, again.digest())).hasSize(40);
    }

    @Test
    void aTenantsQuotaCountsWhatIsBeingStored() throws Exception {
        store(ALICE, "x".repeat(60));

        var refused = refusal(() -> store(ALICE, "y".repeat(41)));

        assertThat(refused.failure().refusal()).isInstanceOf(Refusal.TenantQuotaExceeded.class);
        assertThat(store(ALICE, "y".repeat(40)).size())
                .as("the refused bytes were given back")
                .isEqualTo(40);
        assertThat(store(BOB, "z".repeat(100)).size()).as("quotas are apart").isEqualTo(100);
    }

    @Test
    void contentIsForgottenSomeTimeAfterItsLastUse() throws Exception {
        var digest = store(ALICE, "hello").digest();
        clock.advance(EXPIRY.minusSeconds(1));
        read(ALICE, digest);
        clock.advance(EXPIRY.minusSeconds(1));
        assertThat(read(ALICE, digest)).isEqualTo("hello");

        clock.advance(EXPIRY);

        assertThat(refusal(() -> store.hold(ALICE, digest)).failure().refusal())
                .isEqualTo(new Refusal.ContentNotFound());
        assertThat(directory.resolve("content")).isEmptyDirectory();
        assertThat(store(ALICE, "x".repeat(100)).size())
                .as("its quota is free again")
                .isEqualTo(100);
    }

    @Test
    void whatIsHeldDoesNotExpire() throws Exception {
        var digest = store(ALICE, "hello").digest();
        try (var _ = store.hold(ALICE, digest)) {
            clock.advance(EXPIRY.multipliedBy(3));
            store.sweep();

            assertThat(read(ALICE, digest)).isEqualTo("hello");
        }
        clock.advance(EXPIRY);
        store.sweep();
        assertThat(directory.resolve("content")).isEmptyDirectory();
    }

    @Test
    void contentThatCannotBeRemovedDoesNotStopTheSweep() throws Exception {
        store(ALICE, "hello");
        var second = store(ALICE, "world").digest();
        // A directory that is not empty stands where the first one's file was.
        Files.delete(directory.resolve("content/0"));
        Files.createDirectories(directory.resolve("content/0/inside"));
        clock.advance(EXPIRY);

        store.sweep();

        assertThat(directory.resolve("content/1")).doesNotExist();
        assertThat(refusal(() -> store.hold(ALICE, second)).failure().refusal())
                .isEqualTo(new Refusal.ContentNotFound());
    }

    @Test
    void aNewInstanceStartsEmpty() throws Exception {
        var digest = store(ALICE, "hello").digest();

        var next = reopen();

        assertThat(refusal(() -> next.hold(ALICE, digest)).failure().refusal())
                .isEqualTo(new Refusal.ContentNotFound());
        assertThat(directory.resolve("content")).isEmptyDirectory();
    }

    private ContentStore.Stored store(Tenant tenant, String text) throws IOException, RefusedException {
        return store(tenant, text, Optional.empty(), OptionalLong.empty());
    }

    /// In two pieces, as it would come over the network.
    private ContentStore.Stored store(Tenant tenant, String text, Optional<Digest> digest, OptionalLong size)
            throws IOException, RefusedException {
        var bytes = bytes(text);
        try (var upload = store.upload(tenant, digest, size)) {
            upload.write(ByteBuffer.wrap(bytes, 0, bytes.length / 2));
            upload.write(ByteBuffer.wrap(bytes, bytes.length / 2, bytes.length - bytes.length / 2));
            return upload.commit();
        }
    }

    private String read(Tenant tenant, Digest digest) throws IOException, RefusedException {
        try (var held = store.hold(tenant, digest);
                var stream = held.content().open()) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void assertMismatch(ThrowingCallable upload) {
        assertThat(refusal(upload).failure().refusal()).isInstanceOf(Refusal.DigestMismatch.class);
    }

    private static RefusedException refusal(ThrowingCallable call) {
        return catchThrowableOfType(RefusedException.class, call);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
