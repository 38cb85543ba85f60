package dev.runnel.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesAndModesTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:0", "127.1.2.3:7433", "[::1]:65535", "localhost:80"})
    void loopbackAddressesAreRead(String text) {
        assertThat(LoopbackAddress.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.0.0.1:65536",
                "10.0.0.1:1",
                "127.0.0.256:1",
                "127.evil.example:1",
                "[::]:1",
                ":1"
            })
    void otherAddressesAreRefused(String text) {
        assertThatThrownBy(() -> LoopbackAddress.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aModeIsThePermissionsThatChmodWouldGive() {
        var mode = FileMode.parse("0640");

        assertThat(PosixFilePermissions.toString(mode.permissions())).isEqualTo("rw-r-----");
        assertThat(mode).hasToString("0640");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw", "1777", "0888", "-600", ""})
    void otherModesAreRefused(String text) {
        assertThatThrownBy(() -> FileMode.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a file mode");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0-10", "999-2000", "3000-2000", "1000-4294967295", "1000", "a-b"})
    void rangesWithForeignOrNoUidsAreRefused(String text) {
        assertThatThrownBy(() -> UidRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
