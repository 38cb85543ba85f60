package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class VersionsTest {
    @Test
    void bubblewrapCanForbidUserNamespacesFromItsVersion08On() throws IOException {
        assertThat(BwrapVersion.parse("bubblewrap 0.8.0\n").disablesUserns()).isTrue();
        assertThat(BwrapVersion.parse("bubblewrap 0.11.0\n").disablesUserns()).isTrue();
        assertThat(BwrapVersion.parse("bubblewrap 1.0\n").disablesUserns()).isTrue();
        assertThat(BwrapVersion.parse("bubblewrap 0.6.2\n").disablesUserns()).isFalse();
        assertThatIOException().isThrownBy(() -> BwrapVersion.parse("bwrap: bad option"));
    }

    @Test
    void kernelVersionsCompareByNumber() {
        assertThat(KernelVersion.parse("6.1.0-18-amd64")).isEqualTo(new KernelVersion(6, 1));
        assertThat(KernelVersion.parse("5.9.16").isBefore(new KernelVersion(5, 14)))
                .isTrue();
        assertThat(KernelVersion.parse("5.14.0").isBefore(new KernelVersion(5, 14)))
                .isFalse();
        assertThat(KernelVersion.parse("whatever").isBefore(new KernelVersion(5, 14)))
                .isTrue();
    }
}
