package dev.runnel.server.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlRecordsTest {
    record House(
            String name,
            @Default("2") int floors,
            Optional<String> colour,
            @Default("{}") Map<String, Room> rooms) {
        House {
            InvalidKeyException.unless(!rooms.containsKey("dungeon"), "rooms.dungeon", "is not allowed");
        }
    }

    record Room(
            @Default("[door]") List<String> exits,
            @Default("false") boolean heated) {
        Room {
            if (exits.isEmpty()) {
                throw new IllegalArgumentException("a room needs an exit");
            }
        }
    }

    @Test
    void keysLeftOutAreTheirDefaults() throws Exception {
        assertThat(parse("name: hut")).isEqualTo(new House("hut", 2, Optional.empty(), Map.of()));
    }

    @Test
    void valuesAreReadByTheirTypes() throws Exception {
        var house = parse("{name: 12, floors: 3, colour: red, rooms: {hall: {exits: [a, b], heated: true}, attic: }}");

        assertThat(house)
                .isEqualTo(new House(
                        "12",
                        3,
                        Optional.of("red"),
                        Map.of("hall", new Room(List.of("a", "b"), true), "attic", new Room(List.of("door"), false))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "floors: 1 | t: name: is missing, line 1",
                "'' | t: name: is missing",
                "{name: a, floors: two} | t: floors: not a whole number: 'two', line 1",
                "{name: a, floors: 99999999999} | t: floors: not a whole number: '99999999999', line 1",
                "{name: [a]} | t: name: expected a single value, found a list, line 1",
                "{name: null} | t: name: has no value, line 1",
                "{name: a, name: b} | t: name: is there twice, line 1",
                "{name: a, colr: b} | t: colr: unknown key (did you mean 'colour'?), line 1",
                "{name: a, rooms: [b]} | t: rooms: expected keys and values, found a list, line 1",
                "{name: a, rooms: {b: {heated: yes}}} | t: rooms.b.heated: neither true nor false: 'yes', line 1",
                "{name: a, rooms: {b: {exits: c}}} | t: rooms.b.exits: expected a list, found a single value, line 1",
                "{name: a, rooms: {b: {exits: []}}} | t: rooms.b: a room needs an exit, line 1",
                "{name: a, rooms: {dungeon: {}}} | t: rooms.dungeon: is not allowed, line 1",
                "[1] | t: expected keys and values, found a list, line 1",
            })
    void whatDoesNotFitIsRefusedInPlainWords(String text, String message) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(YamlException.class).hasMessage(message);
    }

    @Test
    void theLineIsTheOneWithTheMistake() {
        assertThatThrownBy(() -> parse("name: a\nrooms:\n  hall:\n    exitss:\n      - b\n"))
                .hasMessage("t: rooms.hall.exitss: unknown key (did you mean 'exits'?), line 4");
    }

    @Test
    void textThatIsNotYamlIsRefusedWithItsLine() {
        assertThatThrownBy(() -> parse("name: a\nfloors: {\n"))
                .isInstanceOf(YamlException.class)
                .hasMessageStartingWith("t: is not YAML: ")
                .hasMessageEndingWith(", line 3");
    }

    @ParameterizedTest
    @CsvSource({"30s,30000", "5m,300000", "1h30m,5400000", "250ms,250", "1d,86400000", "0s,0", "1s500ms,1500"})
    void durationsAreReadAndWritten(String text, long milliseconds) {
        var duration = Durations.parse(text);

        assertThat(duration).hasMillis(milliseconds);
        assertThat(Durations.format(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"30", "s", "''", "1m1h", "1.5s", "-3s", "1 s", "1w"})
    void otherDurationsAreRefused(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a duration: '" + text + "' (expected ");
    }

    private static House parse(String text) throws YamlException {
        return YamlRecords.parse("t", text, House.class);
    }
}
