package dev.runnel.server.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignalNamesTest {
    @Test
    void everySignalIsFoundByItsName() {
        assertThat(IntStream.rangeClosed(1, 64))
                .allSatisfy(number ->
                        assertThat(SignalNames.number(SignalNames.of(number))).isEqualTo(number));
        assertThat(SignalNames.number("SIGKILL")).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "KILL", "SIGRT", "SIGRT33", "SIGRTMIN"})
    void otherNamesHaveNoNumber(String name) {
        assertThat(SignalNames.number(name)).isZero();
    }
}
