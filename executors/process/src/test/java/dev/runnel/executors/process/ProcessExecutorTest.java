package dev.runnel.executors.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runnel.executors.spi.ExecutorCapabilities.LanguageSupport;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessExecutorTest {
    @TempDir
    private Path runtime;

    @Test
    void theProbeRunsEachLanguagesVersionCommandInASandbox() {
        try (var executor = Bubblewrap.executor(runtime)) {
            var capabilities = executor.capabilities();

            assertThat(capabilities.languages().get("python"))
                    .isInstanceOfSatisfying(
                            LanguageSupport.Supported.class,
                            python -> assertThat(python.version()).startsWith("Python 3."));
        }
        assertThat(runtime.toFile().list()).containsExactly("uids");
    }
}
