package dev.runnel.server.conversation.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class OutputExcerptTest {
    @Example
    void keepsEverythingThatFits() {
        assertThat(excerpt(5, "hello").text()).isEqualTo("hello");
    }

    @Example
    void leavesOutTheMiddleAndNamesIt() {
        assertThat(excerpt(5, "hello world").text()).isEqualTo("he\n[6 bytes left out]\nrld");
        assertThat(excerpt(4, "a\nbcde").text()).isEqualTo("a\n[2 bytes left out]\nde");
    }

    @Example
    void cutsNoCharacter() {
        assertThat(excerpt(6, "aäöü€b").text()).isEqualTo("aä\n[7 bytes left out]\nb");
    }

    @Example
    void showsNothingWhereNothingMayBeShown() {
        assertThat(excerpt(0, "hello").text()).isEqualTo("[5 bytes left out]\n");
        assertThat(excerpt(0, "").text()).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> new OutputExcerpt(-1));
    }

    @Example
    void replacesWhatIsNotUtf8() {
        var excerpt = new OutputExcerpt(10);
        excerpt.add(ByteBuffer.wrap(new byte[] {'a', (byte) 0xff, 'b', (byte) 0xe2, (byte) 0x82}));

        assertThat(excerpt.text()).isEqualTo("a\ufffdb\ufffd");
    }

    @Example
    void neitherKeepsNorMovesTheBuffer() {
        var data = ByteBuffer.wrap("hello".getBytes(StandardCharsets.UTF_8));
        var excerpt = new OutputExcerpt(10);

        excerpt.add(data);
        Arrays.fill(data.array(), (byte) 'x');

        assertThat(data.remaining()).isEqualTo(5);
        assertThat(excerpt.text()).isEqualTo("hello");
    }

    @Property
    void equalsWhatCharactersOneByOneGive(
            @ForAll("texts") List<String> pieces, @ForAll @IntRange(max = 64) int maxBytes) {
        var all = String.join("", pieces);

        var excerpt = new OutputExcerpt(maxBytes);
        pieces.forEach(piece -> excerpt.add(utf8(piece)));

        assertThat(excerpt.text()).isEqualTo(reference(all, maxBytes));
        assertThat(excerpt.total()).isEqualTo(length(all));
    }

    @Property
    void anyBytesInAnyPiecesGiveTheSame(
            @ForAll byte[] bytes, @ForAll List<Byte> cuts, @ForAll @IntRange(max = 64) int max) {
        var whole = new OutputExcerpt(max);
        whole.add(ByteBuffer.wrap(bytes));

        var pieces = new OutputExcerpt(max);
        var rest = ByteBuffer.wrap(bytes);
        for (var cut : cuts) {
            var count = Math.min(rest.remaining(), cut & 0x1f);
            pieces.add(rest.slice(rest.position(), count));
            rest.position(rest.position() + count);
        }
        pieces.add(rest);

        assertThat(pieces.text()).isEqualTo(whole.text());
        assertThat(pieces.total()).isEqualTo(bytes.length);
    }

    @Property
    void takesNoMoreMemoryThanItMayShowAndNoMoreThanTwiceWhatThereIs(
            @ForAll List<byte[]> pieces, @ForAll @IntRange(max = 1000) int maxBytes) {
        var excerpt = new OutputExcerpt(maxBytes);
        for (var piece : pieces) {
            excerpt.add(ByteBuffer.wrap(piece));

            assertThat((long) excerpt.footprint()).isLessThanOrEqualTo(Math.min(maxBytes, 2 * excerpt.total()));
        }
    }

    @Provide
    Arbitrary<List<String>> texts() {
        return Arbitraries.of("a", "\n", "ä", "€", "😀", "ab\n", "0123456789", "")
                .list()
                .ofMaxSize(40);
    }

    /// Whole characters from the front while they fit into one half, then from the back while they fit into the rest.
    private static String reference(String all, int maxBytes) {
        if (length(all) <= maxBytes) {
            return all;
        }
        var characters = all.codePoints().mapToObj(Character::toString).toList();
        var head = whatFits(characters, maxBytes / 2);
        var tail = whatFits(characters.reversed(), maxBytes - maxBytes / 2).reversed();
        var start = String.join("", head);
        var end = String.join("", tail);
        var missing = length(all) - length(start) - length(end);
        return start + (start.isEmpty() || start.endsWith("\n") ? "" : "\n") + "[" + missing + " bytes left out]\n"
                + end;
    }

    private static List<String> whatFits(List<String> characters, int bytes) {
        var count = 0;
        var length = 0;
        while (count < characters.size() && length + length(characters.get(count)) <= bytes) {
            length += length(characters.get(count++));
        }
        return characters.subList(0, count);
    }

    private static OutputExcerpt excerpt(int maxBytes, String text) {
        var excerpt = new OutputExcerpt(maxBytes);
        excerpt.add(utf8(text));
        return excerpt;
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
