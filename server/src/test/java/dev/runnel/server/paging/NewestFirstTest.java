package dev.runnel.server.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runnel.server.refusal.RefusedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NewestFirstTest {
    private record Item(Instant created, String id) {}

    private static final NewestFirst<Item> ORDER = new NewestFirst<>(Item::created, Item::id);

    private final List<Item> items = new ArrayList<>(List.of(item(1, "a"), item(3, "c"), item(3, "d"), item(2, "b")));

    private static Item item(long second, String id) {
        return new Item(Instant.ofEpochSecond(second, 123_456_789), id);
    }

    @Test
    void theNewestComeFirstAndOfTheSameTimeTheGreaterId() throws Exception {
        var page = page(0, Optional.empty());

        assertThat(page.items()).extracting(Item::id).containsExactly("d", "c", "b", "a");
        assertThat(page.next()).isEmpty();
    }

    @Test
    void aPageGoesOnWhereTheOneBeforeEnded() throws Exception {
        var first = page(3, Optional.empty());
        items.add(item(9, "new"));
        items.removeIf(item -> item.id().equals("b"));
        var second = page(3, first.next());

        assertThat(first.items()).extracting(Item::id).containsExactly("d", "c", "b");
        assertThat(second.items()).extracting(Item::id).containsExactly("a");
        assertThat(second.next()).isEmpty();
    }

    @Test
    void aTokenIsGoodForItsFilterOnly() throws Exception {
        var token = page(1, Optional.empty()).next();

        assertThatThrownBy(() -> ORDER.page(items, "another filter", new PageRequest(1, token)))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("page_token: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "!!!", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void whatIsNoTokenIsRefused(String token) {
        assertThatThrownBy(() -> page(1, Optional.of(token))).isInstanceOf(RefusedException.class);
    }

    private Page<Item> page(int size, Optional<String> token) throws RefusedException {
        return ORDER.page(items, "filter", new PageRequest(size, token));
    }
}
