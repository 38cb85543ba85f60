package dev.runnel.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.runnel.v1.Stream;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

final class ScreenTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void a_pipe_gets_every_byte_as_it_is_on_the_stream_it_was_written_to() {
        var bytes = new byte[256];
        for (var i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        var screen = Screen.of(out, err, false);

        screen.guest(Stream.STREAM_STDOUT, ByteString.copyFrom(bytes));
        screen.guest(Stream.STREAM_STDERR, ByteString.copyFromUtf8("oops"));
        screen.endGuest(false);

        assertThat(out.toByteArray()).isEqualTo(bytes);
        assertThat(err.toString(UTF_8)).isEqualTo("oops");
    }

    @Test
    void a_terminal_gets_no_escape_sequence() {
        var screen = Screen.of(out, err, true);

        screen.guest(Stream.STREAM_STDOUT, ByteString.copyFromUtf8("\u001b[2Jhello\n"));
        screen.guest(Stream.STREAM_STDERR, ByteString.copyFromUtf8("\u001b]0;x\u0007\n"));

        assertThat(out.toString(UTF_8)).isEqualTo("\\x1b[2Jhello\n");
        assertThat(err.toString(UTF_8)).isEqualTo("\\x1b]0;x\\x07\n");
    }

    @Test
    void half_a_character_waits_for_its_rest() {
        var screen = Screen.of(out, err, true);
        var euro = "€".getBytes(UTF_8);

        screen.guest(Stream.STREAM_STDOUT, ByteString.copyFrom(euro, 0, 2));
        var before = out.toString(UTF_8);
        screen.guest(Stream.STREAM_STDOUT, ByteString.copyFrom(euro, 2, 1));

        assertThat(before).isEmpty();
        assertThat(out.toString(UTF_8)).isEqualTo("€");
    }

    @Test
    void a_line_of_ours_on_a_terminal_begins_a_line() {
        var screen = Screen.of(out, err, true);

        screen.guest(Stream.STREAM_STDERR, ByteString.copyFromUtf8("no end"));
        screen.note("told");

        assertThat(err.toString(UTF_8)).isEqualTo("no end\nrunnel: told\n");
    }

    @Test
    void an_unfinished_line_is_ended_where_a_heading_follows_and_only_there() {
        var screen = Screen.of(out, err, false);

        screen.guest(Stream.STREAM_STDOUT, ByteString.copyFromUtf8("a"));
        screen.endGuest(false);
        screen.endGuest(true);
        screen.endGuest(true);

        assertThat(out.toString(UTF_8)).isEqualTo("a\n");
    }

    @Test
    void json_on_a_terminal_is_safe_as_well() {
        var screen = Screen.of(out, err, true);

        screen.json("{\"path\":\"\u009b31m\"}");

        assertThat(out.toString(UTF_8)).isEqualTo("{\"path\":\"\\u009b31m\"}\n");
    }
}
