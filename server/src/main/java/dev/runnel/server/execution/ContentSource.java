package dev.runnel.server.execution;

import dev.runnel.server.content.Digest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Bytes of a request: inline, or uploaded before and named by digest. Equal when the digests are.
public final class ContentSource {
    private final Digest digest;
    private final byte @Nullable [] inline;

    private ContentSource(Digest digest, byte @Nullable [] inline) {
        this.digest = digest;
        this.inline = inline;
    }

    /// Bytes that came with the request; nobody changes them afterwards.
    public static ContentSource inline(byte[] bytes) {
        return new ContentSource(Digest.of(bytes), bytes);
    }

    /// Bytes uploaded before.
    public static ContentSource uploaded(Digest digest) {
        return new ContentSource(digest, null);
    }

    /// The same content, without holding on to its bytes.
    ContentSource withoutBytes() {
        return new ContentSource(digest, null);
    }

    public Digest digest() {
        return digest;
    }

    /// The bytes that came with the request; absent when they were uploaded before.
    public Optional<byte[]> inline() {
        return Optional.ofNullable(inline);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ContentSource source && digest.equals(source.digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    /// Never the bytes: what a guest runs does not go to any log.
    @Override
    public String toString() {
        return digest.text();
    }
}
