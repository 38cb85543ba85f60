package dev.runnel.server.paging;

import dev.runnel.server.refusal.RefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;

/// Cuts pages from what there is at the moment, newest first by (creation, id).
///
/// A token says after which item to go on, so a page is right whatever was added or removed since. It is bound to its
/// filter, and good for as long as the daemon runs.
///
/// @param created when an item was
/// @param id of an item
public record NewestFirst<T>(Function<T, Instant> created, Function<T, String> id) {
    private static final int FIXED = Integer.BYTES + Long.BYTES + Integer.BYTES;

    private record Position(Instant created, String id) {}

    /// One page.
    ///
    /// @param items those that the filter lets through, in any order
    /// @param filter equal filters have equal hash codes
    /// @throws RefusedException for a token that is not one, or is another filter's
    public Page<T> page(Collection<T> items, Object filter, PageRequest request) throws RefusedException {
        Comparator<Position> order = Comparator.comparing(Position::created)
                .thenComparing(Position::id)
                .reversed();
        var after = request.token().isPresent()
                ? Optional.of(read(request.token().get(), filter))
                : Optional.<Position>empty();
        var rest = items.stream()
                .filter(item -> after.isEmpty() || order.compare(position(item), after.get()) > 0)
                .sorted(Comparator.comparing(this::position, order))
                .limit(request.limit() + 1L)
                .toList();
        if (rest.size() <= request.limit()) {
            return new Page<>(rest, Optional.empty());
        }
        var page = rest.subList(0, request.limit());
        return new Page<>(page, Optional.of(write(position(page.getLast()), filter)));
    }

    private Position position(T item) {
        return new Position(created.apply(item), id.apply(item));
    }

    private static String write(Position position, Object filter) {
        var text = position.id().getBytes(StandardCharsets.UTF_8);
        var created = position.created();
        var bytes = ByteBuffer.allocate(FIXED + text.length)
                .putInt(filter.hashCode())
                .putLong(created.getEpochSecond())
                .putInt(created.getNano())
                .put(text);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    private static Position read(String token, Object filter) throws RefusedException {
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(token));
        } catch (IllegalArgumentException _) {
            throw refused();
        }
        if (bytes.remaining() <= FIXED || bytes.getInt() != filter.hashCode()) {
            throw refused();
        }
        var created = Instant.ofEpochSecond(bytes.getLong(), bytes.getInt());
        return new Position(created, StandardCharsets.UTF_8.decode(bytes).toString());
    }

    private static RefusedException refused() {
        return RefusedException.fieldInvalid(
                "page_token", "is not the token of a page of this list: begin again without one");
    }
}
