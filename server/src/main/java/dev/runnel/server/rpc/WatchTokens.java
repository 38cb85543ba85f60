package dev.runnel.server.rpc;

import dev.runnel.server.refusal.RefusedException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;

/// The resume tokens of a kind of watch: where it is, in which instance of the daemon, of what.
///
/// @param watched whatever tells one kind of watch from another, its filter for example
record WatchTokens(String instance, Object watched) {
    private static final int TOKEN_BYTES = Integer.BYTES + Integer.BYTES + Long.BYTES;

    /// Where an earlier watch was; absent without a token, or with one of another instance.
    Optional<Long> position(String token) throws RefusedException {
        if (token.isEmpty()) {
            return Optional.empty();
        }
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
        } catch (IllegalArgumentException _) {
            throw notAToken();
        }
        if (bytes.remaining() != TOKEN_BYTES || bytes.getInt() != watched.hashCode()) {
            throw notAToken();
        }
        return bytes.getInt() == instance.hashCode() ? Optional.of(bytes.getLong()) : Optional.empty();
    }

    /// The token of a position.
    String token(long position) {
        var bytes = ByteBuffer.allocate(TOKEN_BYTES)
                .putInt(watched.hashCode())
                .putInt(instance.hashCode())
                .putLong(position);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    private static RefusedException notAToken() {
        return RefusedException.fieldInvalid("resume_token", "is not the token of a watch with this filter");
    }
}
