package dev.runnel.markdown;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TemporaryNameTest {
    /// The digest is that of `printf 'print("é")\n' | sha256sum`.
    @Test
    void theNameIsTheDigestOfTheCode() {
        assertThat(TemporaryName.of("print(\"é\")\n", "py"))
                .isEqualTo("tmp_code_622ccd4c1510e2e45c485b7c9507b0bbb24c5730551f32399bc2b5de9f6b72b7.py");
    }

    @Test
    void otherCodeHasAnotherName() {
        assertThat(TemporaryName.of("a", "sh")).isNotEqualTo(TemporaryName.of("a\n", "sh"));
    }
}
