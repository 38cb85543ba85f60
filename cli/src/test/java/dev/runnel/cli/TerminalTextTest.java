package dev.runnel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TerminalTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain text\n",
                "tabs\tand\nlines\n",
                "äöü ß €",
                "日本語 русский עברית हिन्दी",
                "👩‍💻 with a joiner",
                "\r\n",
                "~ !\\x1b"
            })
    void text_passes_as_it_is(String text) {
        assertThat(show(text.getBytes(UTF_8))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "\u001b[2J|\\x1b[2J",
                "\u001b]0;title\u0007|\\x1b]0;title\\x07",
                "\u0000|\\x00",
                "\b\b|\\x08\\x08",
                "\u007f|\\x7f",
                "\u009b31m|\\u009b31m",
                "\u0085|\\u0085",
                "\u202eevil|\\u202eevil",
                "\u2066x\u2069|\\u2066x\\u2069",
                "\u200e\u200f\u061c|\\u200e\\u200f\\u061c",
                "a\u2028b\u2029c|a\\u2028b\\u2029c",
                "x\ufeff|x\\ufeff",
                "\udb40\udc41|\\U000e0041",
            })
    void what_could_drive_the_terminal_or_mislead_the_reader_is_spelled_out(String text, String shown) {
        assertThat(show(text.getBytes(UTF_8))).isEqualTo(shown);
    }

    @Test
    void a_carriage_return_that_could_overwrite_a_line_is_spelled_out() {
        assertThat(show("good\rbad\r\nnext\r".getBytes(UTF_8))).isEqualTo("good\\rbad\r\nnext\\r");
        assertThat(show("\r\r\n".getBytes(UTF_8))).isEqualTo("\\r\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "ff,\\xff",
        "80,\\x80",
        "c080,\\xc0\\x80",
        "c1bf,\\xc1\\xbf",
        "e08080,\\xe0\\x80\\x80",
        "eda080,\\xed\\xa0\\x80",
        "f0808080,\\xf0\\x80\\x80\\x80",
        "f4908080,\\xf4\\x90\\x80\\x80",
        "f5808080,\\xf5\\x80\\x80\\x80",
        "c3,\\xc3",
        "e282,\\xe2\\x82",
        "c341,\\xc3A",
        "e2821b5b,\\xe2\\x82\\x1b[",
        "e282e282ac,\\xe2\\x82€",
    })
    void bytes_that_are_not_utf_8_are_spelled_out(String hex, String shown) {
        assertThat(show(java.util.HexFormat.of().parseHex(hex))).isEqualTo(shown);
    }

    @Test
    void nothing_changes_when_a_stream_comes_in_pieces() {
        var whole = "a€b\r\nc👩‍💻d\u001b[0m\rx\u202e".getBytes(UTF_8);

        for (var size = 1; size <= whole.length; size++) {
            assertThat(showInPieces(whole, size)).as("pieces of %d", size).isEqualTo(show(whole));
        }
    }

    @Test
    void no_bytes_whatever_let_a_control_character_through() {
        var random = new Random(20261121);
        var bytes = new byte[4096];
        for (var round = 0; round < 500; round++) {
            random.nextBytes(bytes);

            var shown = show(bytes);

            assertThat(shown.codePoints()
                            .filter(c -> c != '\n' && c != '\t' && c != '\r')
                            .noneMatch(Character::isISOControl))
                    .isTrue();
            assertThat(shown.replace("\r\n", "")).doesNotContain("\r");
        }
    }

    @Test
    void every_single_byte_is_either_itself_or_spelled_out() {
        for (var b = 0; b < 256; b++) {
            var shown = show(new byte[] {(byte) b});

            var passes = b == '\n' || b == '\t' || (b >= 0x20 && b < 0x7f);
            var expected = passes ? Character.toString(b) : b == '\r' ? "\\r" : "\\x%02x".formatted(b);
            assertThat(shown).as("byte %d", b).isEqualTo(expected);
        }
    }

    @Test
    void a_name_stays_on_its_line() {
        assertThat(TerminalText.oneLine("a\nb\tc\u001b[1m\r")).isEqualTo("a\\nb\\tc\\x1b[1m\\r");
    }

    private static String show(byte[] bytes) {
        return showInPieces(bytes, Math.max(1, bytes.length));
    }

    private static String showInPieces(byte[] bytes, int size) {
        var text = new TerminalText();
        var out = new ByteArrayOutputStream();
        for (var from = 0; from < bytes.length; from += size) {
            var piece = java.util.Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + size));
            out.writeBytes(text.show(piece, piece.length));
        }
        out.writeBytes(text.finish());
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(out.toByteArray())).toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("what is shown is not UTF-8", e);
        }
    }
}
