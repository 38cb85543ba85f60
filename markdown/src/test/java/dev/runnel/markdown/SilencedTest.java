package dev.runnel.markdown;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SilencedTest {
    /// A `|` is a line end.
    @ParameterizedTest
    @CsvSource(textBlock = """
                    python,     ! pip install a,                ! pip install -qqq a
                    python,     !pip install a,                 !pip install -qqq a
                    python,     x|! pip install a|y|,           x|! pip install -qqq a|y|
                    python,     !pip install a; !pip install b, !pip install -qqq a; !pip install -qqq b
                    python,     !pip install a; ! pip install b,!pip install -qqq a; ! pip install b
                    python,     !pip install a -qqq,            !pip install a -qqq
                    python,     !  pip install a,               !  pip install a
                    python,     x = 1; !pip install a,          x = 1; !pip install a
                    python,     pip install a,                  pip install a
                    sh,         pip install a,                  pip install -qqq a
                    sh,         pip install a && pip install b, pip install -qqq a && pip install -qqq b
                    sh,         pip installed,                  pip install -qqqed
                    sh,         pip3 install a,                 pip3 install a
                    sh,         sudo pip install a,             sudo pip install a
                    sh,         ! pip install a,                ! pip install a
                    javascript, pip install a,                  pip install a
                    py,         !pip install a,                 !pip install a
                    """)
    void pipSaysLess(String language, String code, String expected) {
        assertThat(Silenced.pip(code.replace('|', '\n'), language)).isEqualTo(expected.replace('|', '\n'));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "shell", "sh", "pwsh", "powershell", "ps1"})
    void pipSaysLessInEveryShell(String shell) {
        assertThat(Silenced.pip("cd a\r\npip install b\r\n", shell)).isEqualTo("cd a\r\npip install -qqq b\r\n");
    }

    @Test
    void codeWithoutPipStaysAsItIs() {
        assertThat(Silenced.pip("\n\na\r\n\n", "sh")).isEqualTo("\n\na\r\n\n");
        assertThat(Silenced.pip("", "python")).isEmpty();
    }
}
